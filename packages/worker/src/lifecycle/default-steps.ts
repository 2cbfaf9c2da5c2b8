import type { AppSteps } from '@celeriac/core/internal';
import { ControlStep } from '../control/control-step.ts';
import { HealthStep } from '../health/health-step.ts';
import { WatchdogStep } from '../health/watchdog-step.ts';
import { AutoscalerStep } from '../scale/autoscaler-step.ts';
import { StateDbStep } from '../state/state-db-step.ts';
import type { StepClass } from './step.ts';
import { ConnectionStep } from './steps/connection-step.ts';
import { ConsumerRunStep } from './steps/consumer-run-step.ts';
import { EventsStep } from './steps/events-step.ts';
import { GossipStep } from './steps/gossip-step.ts';
import { HeartStep } from './steps/heart-step.ts';
import { LoopStep } from './steps/loop-step.ts';
import { MingleStep } from './steps/mingle-step.ts';
import { PoolStep } from './steps/pool-step.ts';
import { TasksStep } from './steps/tasks-step.ts';

/** The steps that every worker has. @see celery/worker/worker.py WorkController.Blueprint */
const WORKER_STEPS: readonly StepClass[] = Object.freeze([
  StateDbStep,
  PoolStep,
  AutoscalerStep,
  HealthStep,
  ConsumerRunStep,
]);

/** The steps that every consumer has, in the order in which they start. @see celery/worker/consumer/consumer.py Consumer.Blueprint */
const CONSUMER_STEPS: readonly StepClass[] = Object.freeze([
  ConnectionStep,
  EventsStep,
  MingleStep,
  GossipStep,
  HeartStep,
  ControlStep,
  TasksStep,
  WatchdogStep,
  LoopStep,
]);

/** The steps of a worker of an app: our own, then the app's. */
export function workerSteps(steps: AppSteps): readonly StepClass[] {
  return [...WORKER_STEPS, ...(steps.worker as Iterable<StepClass>)];
}

/** The steps of its consumer. */
export function consumerSteps(steps: AppSteps): readonly StepClass[] {
  return [...CONSUMER_STEPS, ...(steps.consumer as Iterable<StepClass>)];
}
