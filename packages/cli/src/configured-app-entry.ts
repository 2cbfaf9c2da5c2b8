// The module that a pool process loads in place of the user's own: the same app, with what the command line says about
// it. Its query names the user's module and the export, and more modules to import.
import type { Celeriac } from '@celeriac/core';
import { configureAbove } from '@celeriac/core/internal';
import { takeOverrides } from './overrides.ts';

const { searchParams } = new URL(import.meta.url);
const exports = (await import(searchParams.get('module') ?? '')) as { readonly [name: string]: unknown };

/** The app of the user's module. */
export const app: Celeriac = exports[searchParams.get('export') ?? ''] as Celeriac;

configureAbove(app, takeOverrides(process.env));
for (const module of searchParams.getAll('include')) await import(module);
