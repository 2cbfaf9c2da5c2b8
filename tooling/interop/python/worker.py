"""A Celery worker that ends with the process that started it, even if that is killed."""

import os
import signal
import sys
import threading
import time

from interop_app import app


def end_with_parent():
    # Not through sys.stdin: its lock would be held for ever in the pool's forked processes.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    # Its broker may have ended too, and then a warm shutdown can wait for ever.
    time.sleep(8)
    os.kill(os.getpid(), signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()
app.worker_main(["worker", *sys.argv[1:]])
