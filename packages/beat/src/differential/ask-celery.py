"""Answers questions about schedules with Python's Celery: a JSON list on stdin, a JSON list on stdout.

A crontab question is [zone, [minute, hour, dow, dom, moy], last run, now] in Unix seconds; the answer is
[remaining estimate in seconds, is due, next] or null when Celery gives up. A solar question is
["solar", event, latitude, longitude, start]; the answer is the Unix time of the next event.
"""
import datetime
import json
import sys

import pytz
from celery import Celery
from celery.schedules import crontab, solar

app = Celery("ask", set_as_current=False)
app.conf.timezone = "UTC"
schedules = {}
now = None


def moment(seconds, zone=pytz.utc):
    return datetime.datetime.fromtimestamp(seconds, pytz.utc).astimezone(zone)


def ask_crontab(zone_name, fields, last, at):
    global now
    zone = pytz.timezone(zone_name)
    key = (zone_name, *fields)
    schedule = schedules.get(key)
    if schedule is None:
        schedule = schedules[key] = crontab(*fields, app=app, nowfun=lambda: now)
        schedule.tz = zone
    now = moment(at, zone)
    last = moment(last, zone)
    try:
        remaining = schedule.remaining_estimate(last).total_seconds()
        due, following = schedule.is_due(last)
    except RuntimeError:
        return None
    return [remaining, bool(due), following]


def ask_solar(_kind, event, latitude, longitude, start):
    global now
    schedule = solar(event, latitude, longitude, app=app, nowfun=lambda: now)
    # Celery has the sun 18 degrees above the horizon at its astronomical dusk.
    if event == "dusk_astronomical":
        schedule.cal.horizon = "-18"
    now = moment(start)
    return start + schedule.remaining_estimate(now).total_seconds()


questions = json.load(sys.stdin)
answers = [ask_solar(*q) if q[0] == "solar" else ask_crontab(*q) for q in questions]
json.dump(answers, sys.stdout)
