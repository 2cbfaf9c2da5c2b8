import { context, propagation, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { Celeriac } from './app/celeriac.ts';
import { coreVersion } from './app/version.ts';
import type { TaskRunInfo } from './execute/run-middleware.ts';
import { Ignore, Reject, Retry } from './task/semipredicates.ts';

/** Sends that were begun and of which nothing was heard, at most; the oldest are ended then. */
const MOST_OPEN = 10_000;

/** Options of {@link instrument}. */
export interface InstrumentOptions {
  /** Default: that of the global provider, named `@celeriac/core`. */
  readonly tracer?: Tracer;
}

/**
 * Traces an app: a span for each task that is sent and one for each that runs, the latter a child of the former. The trace
 * travels in the message's headers as the global propagator writes it (`traceparent`), as OpenTelemetry's instrumentation
 * of Python's Celery reads and writes it too. Call it once, in the module that makes the app.
 * @see opentelemetry-instrumentation-celery
 */
export function instrument(
  app: Celeriac,
  { tracer = trace.getTracer('@celeriac/core', coreVersion()) }: InstrumentOptions = {},
): void {
  const open = new Map<string, Span>();
  app.signals.beforeTaskPublish.connect(({ call, exchange, routingKey }) => {
    const span = tracer.startSpan(`send ${call.task}`, {
      kind: SpanKind.PRODUCER,
      attributes: {
        ...attributesOf(call.task, call.id),
        'messaging.operation.type': 'send',
        'messaging.destination.name': exchange === '' ? routingKey : exchange,
      },
    });
    const carrier: { [name: string]: unknown } = { ...call.headers };
    propagation.inject(trace.setSpan(context.active(), span), carrier);
    call.headers = carrier;
    remember(open, call.id, span);
  });
  app.signals.afterTaskPublish.connect(({ message }) => {
    const id = String(message.properties.correlationId ?? message.headers['id']);
    open.get(id)?.end();
    open.delete(id);
  });
  app.middleware.add((run, next) => traceRun(tracer, run, next));
}

function remember(open: Map<string, Span>, id: string, span: Span): void {
  open.get(id)?.end();
  open.set(id, span);
  if (open.size <= MOST_OPEN) return;
  for (const [oldest, stale] of open) {
    stale.end();
    open.delete(oldest);
    return;
  }
}

function traceRun(tracer: Tracer, { task, request, hostname }: TaskRunInfo, next: () => unknown): unknown {
  const parent = propagation.extract(context.active(), request.headers);
  const attributes = {
    ...attributesOf(task, request.id),
    'messaging.operation.type': 'process',
    'celery.hostname': hostname,
    'celery.retries': request.retries,
  };
  const span = tracer.startSpan(`run ${task}`, { kind: SpanKind.CONSUMER, attributes }, parent);
  return context.with(trace.setSpan(parent, span), () => settle(span, next));
}

/** Ends the span when the code has, and hands on what came of it. */
function settle(span: Span, next: () => unknown): unknown {
  let pending: unknown;
  try {
    pending = next();
  } catch (error) {
    end(span, error);
    throw error;
  }
  if (!(pending instanceof Promise)) {
    end(span);
    return pending;
  }
  return pending.then(
    (value: unknown) => {
      end(span);
      return value;
    },
    (error: unknown) => {
      end(span, error);
      throw error;
    },
  );
}

function end(span: Span, error?: unknown): void {
  span.setAttribute('celery.state', stateOf(error));
  if (stateOf(error) === 'FAILURE') {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
  }
  span.end();
}

function stateOf(error: unknown): string {
  if (error === undefined) return 'SUCCESS';
  if (error instanceof Retry) return 'RETRY';
  if (error instanceof Ignore) return 'IGNORED';
  return error instanceof Reject ? 'REJECTED' : 'FAILURE';
}

function attributesOf(task: string, id: string): { readonly [name: string]: string } {
  return { 'messaging.system': 'celeriac', 'messaging.message.id': id, 'celery.task_name': task };
}
