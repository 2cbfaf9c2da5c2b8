import type { Celeriac } from '@celeriac/core';
import { interopApp } from './interop-app.ts';
import { configOfEnvironment } from './interop-config.ts';

/** What the worker's processes load. */
export const app: Celeriac = interopApp(configOfEnvironment());
