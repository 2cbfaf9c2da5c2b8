"""A Celery client driven over stdin and stdout: one JSON request per line, one JSON answer per line."""

import importlib.util
import json
import socket
import sys
import time

import celery
from celery import chain, chord, group
from celery.bin.celery import celery as celery_command
from celery.exceptions import TimeoutError as NotReady
from click.testing import CliRunner
from kombu import compression, serialization

from interop_app import CONFIG, app, make_app

apps = {2: app}
results = {}


#: How long the client waits until it looks again.
LOOK_SECONDS = 3


def app_of(protocol):
    if protocol not in apps:
        apps[protocol] = make_app(protocol)
    return apps[protocol]


def signature(spec):
    spec = dict(spec)
    options = {key: [signature(part) for part in value] if key in ("link", "link_error") else value
               for key, value in spec.get("options", {}).items()}
    return app.signature(spec["task"], args=spec.get("args", []), kwargs=spec.get("kwargs", {}), **options)


def remember(result):
    results[result.id] = result
    return result.id


def send(task, args=(), kwargs=None, options=None, protocol=2):
    options = signature({"task": task, "options": options or {}}).options
    if "eta" in options:
        options["eta"] = moment(options["eta"])
    return remember(app_of(protocol).send_task(task, args, kwargs or {}, **options))


def moment(seconds):
    from datetime import datetime, timezone

    return datetime.fromtimestamp(seconds, timezone.utc)


def send_chain(steps):
    return remember(chain(*map(signature, steps)).apply_async())


def send_chord(header, body):
    return remember(chord(map(signature, header), signature(body)).apply_async())


def flow_of(spec):
    if "call" in spec:
        return signature(spec["call"]).set(immutable=spec.get("immutable", False))
    if "chain" in spec:
        return chain(*map(flow_of, spec["chain"]))
    if "group" in spec:
        return group([flow_of(member) for member in spec["group"]])
    if "chord" in spec:
        return chord([flow_of(member) for member in spec["chord"]["header"]], flow_of(spec["chord"]["body"]))
    from celery.canvas import chunks, xmap, xstarmap

    if "map" in spec:
        return xmap(signature(spec["map"]["task"]), spec["map"]["items"], app=app)
    if "starmap" in spec:
        return xstarmap(signature(spec["starmap"]["task"]), spec["starmap"]["items"], app=app)
    parts = spec["chunks"]
    return chunks(signature(parts["task"]), parts["items"], parts["size"], app=app).group()


def send_flow(flow, args):
    sent = flow_of(flow)
    # Python sends maps by their own name; the queue is that of the task in them.
    kind = next(iter(flow))
    options = {"queue": flow[kind]["task"]["options"]["queue"]} if kind in ("map", "starmap", "chunks") else {}
    return remember(sent.apply_async(tuple(args), **options))


def value_of(result, timeout):
    """Celery's client subscribes over one connection and looks over another, without waiting for the first: what is stored
    in between it misses, and then waits for ever. So it is made to look again."""
    end = time.monotonic() + timeout
    while True:
        try:
            return result.get(timeout=min(LOOK_SECONDS, timeout))
        except NotReady:
            if time.monotonic() >= end:
                raise


def outcome(id, timeout):
    result = results[id]
    try:
        value = value_of(result, timeout)
    except NotReady:
        return {"state": state_name(result), "late": True}
    except Exception as error:  # whatever the task raised
        return {"state": state_name(result), "error": {
            "type": type(error).__name__, "module": type(error).__module__,
            "bases": [base.__name__ for base in type(error).__mro__],
            "args": list(error.args), "traceback": getattr(result, "traceback", None),
        }}
    return {"state": state_name(result), "value": value}


def state_name(result):
    return getattr(result, "state", None) or ("SUCCESS" if result.successful() else "FAILURE")


def state(id):
    if CONFIG["backend"].startswith("rpc"):
        take_replies()
    result = results[id]
    if id in told and not result.ready():
        return {"state": told[id]["status"], "info": told[id]["result"]}
    return {"state": result.state, "info": result.info if isinstance(result.info, (dict, list)) else None}


told = {}


def take_replies():
    """With rpc, states are messages that the client has at hand but does not look at unless it waits for results."""
    consumer = app.backend.result_consumer
    consumer.on_message = lambda meta: told.__setitem__(meta["task_id"], meta)
    try:
        while True:
            consumer.drain_events(timeout=0.2)
    except socket.timeout:
        pass


def burst(task, queue, count):
    begun = time.monotonic()
    sent = [app.send_task(task, (number, 1), queue=queue) for number in range(count)]
    sent_after = time.monotonic() - begun
    wrong = sum(1 for number, result in enumerate(sent) if result.get(timeout=60) != number + 1)
    return {"wrong": wrong, "count": len(sent), "sent_s": sent_after, "done_s": time.monotonic() - begun}


#: After this an idle worker waits again.
IDLE_PAUSE_SECONDS = 0.05


def one_by_one(task, queue, count):
    """Milliseconds from just before each send until the task says it started: both read the machine's clock."""
    waits = []
    for _ in range(count):
        begun = time.time()
        result = app.send_task(task, queue=queue)
        waits.append((value_of(result, 20) - begun) * 1000)
        time.sleep(IDLE_PAUSE_SECONDS)
    return waits


def revoke(id):
    app.control.revoke(id)


def broadcast(command, arguments, node):
    return app.control.broadcast(command, arguments=arguments, destination=[node], reply=True, timeout=20)


def cli(words):
    """The `celery` command, in this process: the same code as in a shell."""
    done = CliRunner().invoke(celery_command, ["-A", "interop_app", *words])
    return {"code": done.exit_code, "output": done.output}


def delete(queues):
    with app.connection_for_write() as connection:
        for queue in queues:
            connection.default_channel.queue_delete(queue)


def able():
    return {"version": celery.__version__, "encodings": list(filter(has, ("msgpack", "gzip", "zlib", "bzip2", "zstd")))}


def has(encoding):
    try:
        compression.get_encoder(encoding)
    except KeyError:
        return encoding in serialization.registry._encoders and importlib.util.find_spec(encoding) is not None
    return True


OPERATIONS = {function.__name__: function for function in (
    send, send_chain, send_chord, send_flow, outcome, state, burst, one_by_one, revoke, broadcast, cli, delete, able)}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"value": OPERATIONS[request["op"]](**request["with"])}
    except Exception as error:
        answer = {"failed": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
