"""An application for beats: configured by CELERIAC_BEAT_INTEROP, which is JSON."""

import json
import os

from celery import Celery

config = json.loads(os.environ["CELERIAC_BEAT_INTEROP"])
app = Celery("beat_interop", broker=config["broker"], backend=config["backend"])
app.conf.task_default_queue = config["queue"]
app.conf.broker_connection_retry_on_startup = True
app.conf.beat_max_loop_interval = 1
if "sends" in config:
    app.conf.beat_schedule = {
        "every second": {
            "task": config["sends"],
            "schedule": 1.0,
            "args": (2, 3),
            "options": {"expires": 60},
        }
    }


@app.task(name="beat_interop.multiply")
def multiply(x, y):
    return x * y
