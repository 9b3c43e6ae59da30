"""Invented payloads in the shapes in which Kalshi, Polymarket and Manifold answer."""

from __future__ import annotations

import json

from forecast.markets.venues.payload_nodes import PayloadNode, load_payload

type Json = dict[str, object]


def as_payload(value: object) -> PayloadNode:
    """A value as the payload of a file."""
    return load_payload(json.dumps(value).encode())


def kalshi_market(**changes: object) -> Json:
    """A market of 2026, in dollars."""
    return {
        "ticker": "KXRAIN-26OCT01-T5",
        "event_ticker": "KXRAIN-26OCT01",
        "market_type": "binary",
        "title": "Rain in Invented City on Oct 1, 2026?",
        "subtitle": "6 mm or more",
        "status": "active",
        "result": "",
        "close_time": "2026-10-01T23:59:00Z",
        "rules_primary": "If more than 5 mm fall, the market resolves to Yes.",
        "rules_secondary": "",
        "strike_type": "greater",
        "floor_strike": 5,
        "price_level_structure": "tapered_deci_cent",
        "price_ranges": [
            {"start": "0.0000", "end": "0.1000", "step": "0.0010"},
            {"start": "0.1000", "end": "0.9000", "step": "0.0100"},
            {"start": "0.9000", "end": "1.0000", "step": "0.0010"},
        ],
        "notional_value_dollars": "1.0000",
        "yes_bid_dollars": "0.4100",
        "yes_bid_size_fp": "12.61",
        "yes_ask_dollars": "0.4400",
        "yes_ask_size_fp": "30.00",
        "no_bid_dollars": "0.5600",
        "no_ask_dollars": "0.5900",
        "last_price_dollars": "0.4200",
        "liquidity_dollars": "0.0000",
        "volume_fp": "812.50",
        **changes,
    }


def kalshi_market_in_cents(**changes: object) -> Json:
    """The same market as older exports have it."""
    new = {key: value for key, value in kalshi_market().items() if not key.endswith(("_dollars", "_fp"))}
    return {**new, "yes_bid": 41, "yes_ask": 44, "no_bid": 56, "no_ask": 59, "last_price": 42, "volume": 812, **changes}


def kalshi_candles() -> Json:
    """Two candles, of which nothing traded in the second."""
    ends = {"open_dollars": "0.4000", "high_dollars": "0.4400", "low_dollars": "0.4000"}
    return {
        "candlesticks": [
            {
                "end_period_ts": 1_788_220_800,
                "yes_bid": {**ends, "close_dollars": "0.4000"},
                "yes_ask": {**ends, "close_dollars": "0.4300"},
                "price": {**ends, "close_dollars": "0.4200", "mean_dollars": "0.4150", "previous_dollars": "0.3900"},
                "volume_fp": "7.25",
                "open_interest_fp": "100.00",
            },
            {
                "end_period_ts": 1_788_228_000,
                "yes_bid": {**ends, "close_dollars": "0.0000"},
                "yes_ask": {**ends, "close_dollars": "0.4300"},
                "price": {"previous_dollars": "0.4200"},
                "volume_fp": "0.00",
                "open_interest_fp": "100.00",
            },
        ]
    }


def kalshi_candles_in_cents() -> Json:
    """The same candles as older exports have them: with a ticker, and null where nothing traded."""
    ends = {"open": 40, "high": 44, "low": 40}
    empty = dict.fromkeys(("open", "high", "low", "close", "mean"))
    volumes = {"volume": 7, "open_interest": 100}
    return {
        "ticker": "KXRAIN-26OCT01-T5",
        "candlesticks": [
            {
                "end_period_ts": 1_788_220_800,
                "yes_bid": {**ends, "close": 40},
                "yes_ask": {**ends, "close": 43},
                "price": {**ends, "close": 42, "mean": 41.5, "previous": 39},
                **volumes,
            },
            {
                "end_period_ts": 1_788_228_000,
                "yes_bid": {**ends, "close": 0},
                "yes_ask": {**ends, "close": 43},
                "price": {**empty, "previous": 42},
                **volumes,
                "volume": 0,
            },
        ],
    }


def polymarket_market(**changes: object) -> Json:
    """An open market of gamma."""
    return {
        "conditionId": "0xabc",
        "question": "Will invented thing happen by October 31?",
        "description": "This market resolves to Yes if it does.",
        "endDate": "2026-10-31T00:00:00Z",
        "outcomes": '["Yes", "No"]',
        "outcomePrices": '["0.315", "0.685"]',
        "clobTokenIds": '["11", "22"]',
        "closed": False,
        "acceptingOrders": True,
        "bestBid": 0.31,
        "bestAsk": 0.32,
        "lastTradePrice": 0.32,
        "volumeNum": 1234.5,
        "orderPriceMinTickSize": 0.01,
        "orderMinSize": 5,
        "negRisk": False,
        "umaResolutionStatuses": "[]",
        "feesEnabled": True,
        "feeType": "general_fees",
        "feeSchedule": {"exponent": 1, "rate": 0.05, "takerOnly": True, "rebateRate": 0.25},
        "makerBaseFee": 1000,
        "takerBaseFee": 1000,
        **changes,
    }


def manifold_market(**changes: object) -> Json:
    """An open binary market."""
    return {
        "id": "m1",
        "question": "Will invented thing happen?",
        "url": "https://manifold.markets/user1/will-invented-thing-happen",
        "createdTime": 1_780_000_000_000,
        "closeTime": 1_790_000_000_000,
        "outcomeType": "BINARY",
        "mechanism": "cpmm-1",
        "probability": 0.25,
        "pool": {"YES": 150, "NO": 50},
        "p": 0.5,
        "totalLiquidity": 100,
        "volume": 321.5,
        "isResolved": False,
        "token": "MANA",
        **changes,
    }


def manifold_answers(**changes: object) -> Json:
    """A market of three answers that sum to one, as it is fetched by its id."""
    answers = [
        {"id": "a", "text": "Red", "poolYes": 100, "poolNo": 100, "prob": 0.5},
        {"id": "b", "text": "Green", "poolYes": 150, "poolNo": 50, "prob": 0.25},
        {"id": "c", "text": "Blue", "poolYes": 300, "poolNo": 100, "prob": 0.25},
    ]
    usual = manifold_market(id="m2", outcomeType="MULTIPLE_CHOICE", mechanism="cpmm-multi-1", shouldAnswersSumToOne=True, answers=answers)
    return {key: value for key, value in usual.items() if key not in {"pool", "p", "probability"}} | changes


def manifold_bet(**changes: object) -> Json:
    """A filled bet."""
    return {
        "id": "b1",
        "contractId": "m1",
        "createdTime": 1_785_000_000_000,
        "probBefore": 0.25,
        "probAfter": 0.3,
        "amount": 10,
        "shares": 35.5,
        "outcome": "YES",
        "isFilled": True,
        "isRedemption": False,
        "isCancelled": False,
        **changes,
    }
