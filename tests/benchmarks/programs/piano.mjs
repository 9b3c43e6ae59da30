// The piano tuners of a town in Squiggle: 16,384 draws, their mean and three quantiles. Run in a folder that has @quri/squiggle-lang.
import { pathToFileURL } from "node:url";

const { run } = await import(pathToFileURL(`${process.cwd()}/node_modules/@quri/squiggle-lang/dist/index.js`));
const code = `
tuners = (20000 to 60000) * beta(3, 70) * (0.2 to 1.2) / (300 to 900)
[mean(tuners), quantile(tuners, 0.05), quantile(tuners, 0.5), quantile(tuners, 0.95), 1 - cdf(tuners, 2)]`;
const done = await run(code, { environment: { sampleCount: 16384, xyPointLength: 1000 } });
if (!done.result.ok) throw new Error(String(done.result.value));
console.log(String(done.result.value.result));
