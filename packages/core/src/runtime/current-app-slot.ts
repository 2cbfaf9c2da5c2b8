import type { AppOwner } from './app-owner.ts';

/** The one thing that all apps of a process share: which of them is meant where none is named. */
const slot: { newest?: AppOwner | undefined; fallback?: AppOwner | undefined } = {};

/** From now on this app is the current one; undefined: none is. */
export function setCurrentApp(app: AppOwner | undefined): void {
  slot.newest = app;
}

/** This app is the current one where no other is. */
export function setDefaultApp(app: AppOwner | undefined): void {
  slot.fallback = app;
}

/** The current app, if there is one. */
export function appInSlot(): AppOwner | undefined {
  return slot.newest ?? slot.fallback;
}
