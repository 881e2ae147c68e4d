"""How long a person waits for the first line of an answer, beside what Rasa's REST channel alone takes.

Usage: python bench/latency.py [--url http://127.0.0.1:8080] [--rasa http://127.0.0.1:5005] [--messages 200]
Messages alternate between the two, so that a busy moment of the machine hits both.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
import uuid

import httpx

SENTENCES = (
    "my boss keeps my passport and does not pay me",
    "je n'ai nulle part où dormir ce soir",
    "ik ben bang van de politie want ik heb geen papieren",
    "where can i see a doctor without insurance",
    "mon mari me frappe et je veux partir",
    "wat is de bedenktijd van 45 dagen",
    "they make me work 16 hours a day",
    "bonjour",
)


def through_gateway(client: httpx.Client, url: str, text: str) -> float:
    """Seconds from posting to the first line of the bot, read from the event stream."""
    opened = client.post(f"{url}/api/conversations", json={}).json()
    path = f"{url}/api/conversations/{opened['id']}"
    headers = {"Authorization": f"Bearer {opened['token']}"}
    with client.stream("GET", f"{path}/events", headers=headers) as stream:
        started = time.perf_counter()
        client.post(f"{path}/messages", headers=headers, json={"client_id": "1", "text": text}).raise_for_status()
        for line in stream.iter_lines():
            if line.startswith("data:") and '"sender": "bot"' in line:
                elapsed = time.perf_counter() - started
                break
    client.delete(path, headers=headers)
    return elapsed


def through_rasa(client: httpx.Client, rasa: str, text: str) -> float:
    """Seconds that Rasa's REST channel takes for the same message of a new sender."""
    started = time.perf_counter()
    client.post(f"{rasa}/webhooks/rest/webhook", json={"sender": uuid.uuid4().hex, "message": text}).raise_for_status()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--rasa", default="http://127.0.0.1:5005")
    parser.add_argument("--messages", type=int, default=200)
    given = parser.parse_args()
    whole: list[float] = []
    bare: list[float] = []
    with httpx.Client(trust_env=False, timeout=30) as client:
        for _, text in zip(range(given.messages), itertools.cycle(SENTENCES)):
            whole.append(through_gateway(client, given.url, text))
            bare.append(through_rasa(client, given.rasa, text))
    for name, times in (("whole system", whole), ("Rasa alone", bare)):
        ordered = sorted(times)
        p50, p95 = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
        print(f"{name:<13} p50 {1000 * p50:6.1f} ms   p95 {1000 * p95:6.1f} ms   n {len(times)}")
    print(f"ratio of the medians: {statistics.median(whole) / statistics.median(bare):.2f}")


if __name__ == "__main__":
    main()
