"""A producer that sends one task and says so."""

import os

from celery import Celery

app = Celery("first", broker=os.environ["BENCH_BROKER"], backend=os.environ["BENCH_STORE"])
app.send_task("bench.noop", (1,))
print("sent", flush=True)
