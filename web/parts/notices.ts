// Notifications of the browser: whether they may be shown, and showing one.

import { signal } from '@preact/signals';
import { go } from '../state/route.js';

export type Permission = NotificationPermission | 'unsupported';

export const permission = signal<Permission>(permitted());

/** Asks the user, where that was not decided yet. */
export async function askPermission(): Promise<void> {
  if (permitted() === 'default') await Notification.requestPermission();
  permission.value = permitted();
}

export function canNotify(): boolean {
  permission.value = permitted();
  return permission.value === 'granted';
}

/** A click on it leads to `address`. Pages that tell the same show it once: `tag`. */
export function notify(title: string, body: string, tag: string, address: string): void {
  try {
    const shown = new Notification(title, { body, tag });
    shown.addEventListener('click', () => {
      window.focus();
      go(address);
      shown.close();
    });
  } catch {
    // Some browsers of phones have the name alone.
  }
}

function permitted(): Permission {
  if (!isSecureContext || !('Notification' in window)) return 'unsupported';
  return Notification.permission;
}
