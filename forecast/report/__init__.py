"""Reports: content as plain data, and the pages, pictures and sentences made from it alone."""
