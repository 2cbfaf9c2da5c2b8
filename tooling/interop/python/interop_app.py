"""The Python side: an ordinary Celery application with the tasks that src/interop-app.ts has too."""

import builtins
import json
import os
import time

from celery import Celery

CONFIG = json.loads(os.environ["INTEROP_CONFIG"])


def make_app(protocol=2):
    app = Celery("interop", broker=CONFIG["broker"], backend=CONFIG["backend"], set_as_current=protocol == 2)
    app.conf.update(
        accept_content=["json", "msgpack"],
        task_serializer="json",
        result_serializer="json",
        task_protocol=protocol,
        task_default_queue=CONFIG["pythonQueue"],
        # The broker's own word for "as AMQP has priorities"; Redis needs no declaration.
        task_queue_max_priority=CONFIG["maxPriority"],
        task_send_sent_event=False,
        worker_send_task_events=False,
        control_exchange=CONFIG["controlExchange"],
        event_exchange=CONFIG.get("eventExchange", "celeryev"),
        result_expires=600,
        broker_connection_retry_on_startup=True,
        redis_socket_connect_timeout=10,
    )
    if CONFIG.get("quorum"):
        app.conf.update(
            task_default_queue_type="quorum",
            task_default_exchange_type="topic",
            task_create_missing_queue_type="quorum",
            task_create_missing_queue_exchange_type="topic",
        )
    return app


app = make_app()


class InteropError(Exception):
    """An error that only this module knows."""


def note(name, value):
    """Leaves a file for the test to see; the rename makes it appear whole."""
    path = os.path.join(CONFIG["notes"], name)
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(value, file)
    os.rename(path + ".part", path + ".json")


@app.task(name="interop.add")
def add(x, y):
    return x + y


@app.task(name="interop.mul")
def mul(x, y):
    return x * y


@app.task(name="interop.add_kw")
def add_kw(x, *, y=0, z=0):
    return [x, y, z]


@app.task(name="interop.tsum")
def tsum(numbers):
    return sum(numbers)


@app.task(name="interop.echo")
def echo(*args, **kwargs):
    return {"args": args, "kwargs": kwargs}


@app.task(name="interop.noop", ignore_result=True)
def noop():
    return None


@app.task(name="interop.kind")
def kind(value):
    """What Python makes of a value."""
    return type(value).__name__


@app.task(name="interop.clock")
def clock():
    return time.time()


@app.task(name="interop.fail")
def fail(kind_of_error, *args):
    raise (getattr(builtins, kind_of_error, None) or InteropError)(*args)


@app.task(name="interop.retry_times", bind=True, max_retries=5)
def retry_times(self, times):
    if self.request.retries < times:
        raise self.retry(countdown=0)
    return self.request.retries


@app.task(name="interop.give_up", bind=True, max_retries=1)
def give_up(self):
    raise self.retry(countdown=0)


@app.task(name="interop.progress", bind=True)
def progress(self):
    """Shows a state of its own until the test says go."""
    self.update_state(state="PROGRESS", meta={"done": 3, "of": 10})
    note(self.request.id + ".begun", {})
    go = os.path.join(CONFIG["notes"], self.request.id + ".go")
    deadline = time.monotonic() + 20
    while not os.path.exists(go) and time.monotonic() < deadline:
        time.sleep(0.005)
    return "went"


@app.task(name="interop.request_info", bind=True)
def request_info(self):
    request = self.request
    return {
        "id": request.id,
        "task": request.task,
        "retries": request.retries,
        "root_id": request.root_id,
        "parent_id": request.parent_id,
        "correlation_id": request.correlation_id,
        "argsrepr": request.argsrepr,
        "kwargsrepr": request.kwargsrepr,
        "priority": request.delivery_info.get("priority"),
    }


@app.task(name="interop.shown_args", bind=True)
def shown_args(self, *args, **kwargs):
    return [self.request.argsrepr, self.request.kwargsrepr]


@app.task(name="interop.witness", bind=True)
def witness(self, *args, **kwargs):
    note(self.request.id, {"by": "python", "args": args, "kwargs": kwargs})


@app.task(name="interop.errback")
def errback(task_id):
    """Old style: takes the failed task's id."""
    note(task_id + ".errback", {"by": "python", "args": [task_id]})


@app.task(name="interop.errback_new")
def errback_new(request, exc, traceback):
    """New style: called inside the worker that knows it, with the failure itself."""
    note(request.id + ".errback_new", {"by": "python", "exc": repr(exc), "traceback": str(traceback)})
