"""Python's Celery as a system of the bench: `celery_agent.py client|worker`, commands as lines of JSON (agent-commands.ts)."""

import json
import os
import signal
import subprocess
import sys
import time

from celery import Celery, chain, chord, group

BROKER, STORE = os.environ["BENCH_BROKER"], os.environ["BENCH_STORE"]

app = Celery("bench", broker=BROKER, backend=STORE, set_as_current=True)
app.conf.update(
    task_default_queue="bench",
    worker_prefetch_multiplier=100,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"confirm_publish": True} if BROKER.startswith("amqp") else {},
    worker_hijack_root_logger=False,
)


@app.task(name="bench.noop")
def noop(value, payload=""):
    return value


@app.task(name="bench.stamp")
def stamp():
    return time.time() * 1000


@app.task(name="bench.sum")
def tsum(values):
    return sum(values)


@app.task(name="bench.increment")
def increment(value):
    return value + 1


@app.task(name="bench.burn")
def burn(value, cpu_ms):
    """Uses so many milliseconds of its thread's CPU, whatever else the machine does."""
    ends = time.thread_time() + cpu_ms / 1000
    total = 0
    while time.thread_time() < ends:
        for step in range(200):
            total = (total * 31 + step) % 1_000_003
    return value


class Client:
    def __init__(self):
        self.results = {}

    def send(self, start, count, bytes, inFlight, **_):
        if inFlight == 0:
            raise RuntimeError("It has no call for many.")
        payload = "x" * bytes
        began = time.perf_counter()
        for index in range(start, start + count):
            args = (index, payload) if payload else (index,)
            self.results[index] = noop.apply_async(args)
        return {"ms": (time.perf_counter() - began) * 1000}

    def special(self, kind, start, count, ms):
        for index in range(start, start + count):
            if kind == "burn":
                self.results[index] = burn.delay(index, ms)
            elif kind == "later":
                self.results[index] = noop.apply_async((index,), countdown=ms / 1000)
            else:
                raise RuntimeError(f"It has no tasks of the kind {kind}.")
        return {}

    def calls(self, count):
        calls = []
        for _ in range(count):
            sent = time.time() * 1000
            started = stamp.delay().get(timeout=30)
            calls.append({"startMs": started - sent, "resultMs": time.time() * 1000 - sent})
        return {"calls": calls}

    def flow(self, kind, size):
        began = time.perf_counter()
        if kind == "chain":
            value = chain(increment.s(0), *[increment.s() for _ in range(size - 1)]).delay().get(timeout=120)
        elif kind == "chord":
            value = chord([noop.s(1) for _ in range(size)])(tsum.s()).get(timeout=120)
        else:
            value = len(group([noop.s(1) for _ in range(size)]).delay().get(timeout=120))
        if value != size:
            raise RuntimeError(f"The workflow gave {value}, not {size}.")
        return {"ms": (time.perf_counter() - began) * 1000}

    def stored(self, target):
        client = app.backend.client
        size = client.dbsize()
        if size >= target:
            size = client.eval("return #redis.call('keys', ARGV[1])", 0, "celery-task-meta-*")
        return {"count": size}

    def verify(self, count):
        metas = app.backend.client.mget([f"celery-task-meta-{self.results[i].id}" for i in range(count)])
        values = {json.loads(meta)["result"] for meta in metas if meta}
        self.results.clear()
        if values != set(range(count)):
            raise RuntimeError(f"{len(values)} of {count} results are right.")
        return {}

    def memory(self):
        return {"bytes": rss()}


class Worker:
    def __init__(self):
        self.process = None

    def start(self, concurrency):
        """The worker as a person would start it; the first result says that it works."""
        pool = os.environ.get("BENCH_POOL", "threads")
        options = ["-P", pool, "-c", str(concurrency), "-l", "ERROR", "--without-gossip", "--without-mingle"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "celery_agent", "worker", "--without-heartbeat", *options],
            cwd=os.path.dirname(os.path.abspath(__file__)),
            env={**os.environ, "C_FORCE_ROOT": "1"},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return {}

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            try:
                # On RabbitMQ a worker that has nothing to do takes ten seconds to go.
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process = None
        return {}

    def memory(self):
        """Of the worker with its children."""
        output = subprocess.check_output(["ps", "-o", "rss=", "--ppid", str(self.process.pid), "-p", str(self.process.pid)])
        return {"bytes": sum(int(line) for line in output.split()) * 1024}


def rss():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def answer(reply):
    sys.__stdout__.write(json.dumps(reply, separators=(",", ":")) + "\n")
    sys.__stdout__.flush()


def main():
    side = Client() if sys.argv[1] == "client" else Worker()
    answer({"output": {}})
    for line in sys.stdin:
        request = json.loads(line)
        command, given = request["command"], request["input"]
        if "from" in given:
            given["start"] = given.pop("from")
        if command == "end":
            if isinstance(side, Worker):
                side.stop()
            answer({"output": {}})
            os._exit(0)
        try:
            answer({"output": getattr(side, command)(**given)})
        except Exception as error:  # noqa: BLE001: the bench says it
            answer({"error": f"{type(error).__name__}: {error}"})
    # The bench is gone.
    if isinstance(side, Worker):
        side.stop()


if __name__ == "__main__":
    main()
