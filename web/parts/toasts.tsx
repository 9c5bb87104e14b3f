// Short messages in a corner: said once, gone by themselves, or closed by hand.

import { signal } from '@preact/signals';
import { t } from '../i18n/words.js';

interface Toast {
  readonly id: number;
  readonly look: 'info' | 'alert';
  readonly text: string;
  /** Where a click on it leads. */
  readonly href?: string;
}

const SHOWN_MAX = 5;
const SHOWN_MS: Readonly<Record<Toast['look'], number>> = { info: 2_500, alert: 20_000 };

const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

export function say(text: string, look: Toast['look'] = 'info', href?: string): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value, { id, look, text, ...(href !== undefined && { href }) }].slice(-SHOWN_MAX);
  setTimeout(() => close(id), SHOWN_MS[look]);
}

/** Puts a text where it can be pasted from, and says so. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(t('common.copied', { text }));
  } catch {
    say(t('common.notCopied'));
  }
}

function close(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, look, text, href }) => (
        <p key={id} class={`toast ${look}`}>
          {href === undefined ? text : <a href={href}>{text}</a>}
          <button type="button" class="plain" aria-label={t('common.close')} onClick={() => close(id)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
