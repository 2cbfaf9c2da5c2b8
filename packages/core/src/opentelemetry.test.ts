import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { instrument } from './opentelemetry.ts';
import { memoryApp, takeSent } from './publish/memory-app.fixture.ts';

const exporter = new InMemorySpanExporter();

beforeEach(() => {
  exporter.reset();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
afterEach(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

test('a task that is sent has a span, and its trace travels beside the headers of the caller', async () => {
  const app = memoryApp();
  instrument(app);
  const add = app.task('add', (x: number, y: number) => x + y);
  await add.applyAsync([1, 2], { headers: { tenant: 'a' }, taskId: 'first' });
  const [sent] = await takeSent(app, 1);
  const [span] = exporter.getFinishedSpans();
  expect(span).toMatchObject({
    name: 'send add',
    kind: SpanKind.PRODUCER,
    attributes: { 'messaging.message.id': 'first', 'messaging.destination.name': 'celery' },
  });
  const { traceId, spanId } = span!.spanContext();
  expect(sent!.raw.headers).toMatchObject({ tenant: 'a', traceparent: `00-${traceId}-${spanId}-01` });
  await app.close();
});

test('a run is a child of its send, and what it does are children of the run', async () => {
  const app = memoryApp();
  instrument(app);
  const traceId = 'a'.repeat(32);
  const add = app.task('add', async (x: number, y: number) => {
    await Promise.resolve();
    trace.getTracer('task').startSpan('inside').end();
    return x + y;
  });
  const result = await add.apply([1, 2], { headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` } });
  expect(await result.get()).toBe(3);
  const [inside, run] = exporter.getFinishedSpans();
  expect(run).toMatchObject({
    name: 'run add',
    kind: SpanKind.CONSUMER,
    attributes: { 'celery.state': 'SUCCESS', 'celery.task_name': 'add' },
    parentSpanContext: { traceId, spanId: 'b'.repeat(16) },
  });
  expect(inside!.parentSpanContext?.spanId).toBe(run!.spanContext().spanId);
});

test.each([
  ['throws', 'FAILURE', SpanStatusCode.ERROR],
  ['rejects', 'FAILURE', SpanStatusCode.ERROR],
  ['retries', 'RETRY', SpanStatusCode.UNSET],
] as const)('a task that %s ends its span as %s', async (how, state, code) => {
  const app = memoryApp();
  instrument(app);
  const task = app.task('ends', { bind: true, maxRetries: 0 }, (self) => {
    if (how === 'throws') throw new RangeError('no');
    if (how === 'rejects') return Promise.reject(new RangeError('no'));
    return self.retry({ maxRetries: 5, countdown: 0 });
  });
  await task.apply([]);
  const run = exporter.getFinishedSpans().find(({ name }) => name === 'run ends');
  expect(run).toMatchObject({ attributes: { 'celery.state': state }, status: { code } });
  await app.close();
});
