"""What Celery is told: one task whose only argument is a job's id, in queues by need."""

from __future__ import annotations

import functools

from celery import Celery
from kombu import Exchange, Queue

from webapp.queue.broker import QUEUES

TASK = "heldout.grade"
_SEND = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
_CONNECT_SECONDS = 3


def queue_name(queue: str) -> str:
    """What the broker calls a queue."""
    return f"heldout.{queue}"


def celery_app(url: str) -> Celery:
    """Celery's settings. Late acknowledgement and small prefetch: what a killed worker held is
    delivered again, and no worker hoards what another could grade.
    """
    app = Celery("heldout", broker=url, set_as_current=False)
    exchange = Exchange("heldout", type="direct", durable=True)
    names = [queue_name(queue) for queue in QUEUES]
    redis = url.startswith(("redis:", "rediss:"))
    app.conf.update(
        task_queues=[Queue(name, exchange, routing_key=name, durable=True) for name in names],
        task_default_queue=names[0],
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # Its thread of work would talk to the broker beside the main one, and both wait for ever.
        worker_enable_prefetch_count_reduction=False,
        broker_connection_timeout=_CONNECT_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"socket_connect_timeout": _CONNECT_SECONDS} if redis else {},
    )
    return app


class Messages:
    """Sending to one broker, and counting what waits there."""

    def __init__(self, url: str) -> None:
        self._app = celery_app(url)

    def send(self, queue: str, job_id: int) -> None:
        """Tell the queue's workers that there is work; raises what the broker's library raises."""
        name = queue_name(queue)
        self._app.send_task(TASK, args=[job_id], queue=name, retry=True, retry_policy=_SEND)

    def waiting(self, queue: str) -> int:
        """How many messages of a queue nobody has taken yet."""
        name = queue_name(queue)
        with self._app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=_CONNECT_SECONDS)
            channel = connection.default_channel
            self._app.amqp.queues[name](channel).declare()
            # Not passive, which Redis answers for an empty queue as if there were none.
            declared = channel.queue_declare(queue=name, durable=True, auto_delete=False)
            return int(declared.message_count)


@functools.lru_cache(maxsize=4)
def messages(url: str) -> Messages:
    """One for each broker: it keeps its connections."""
    return Messages(url)
