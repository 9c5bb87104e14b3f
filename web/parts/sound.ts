// The sound of an alert: two short tones, made here. A browser lets a page sound only after somebody has clicked or typed in it.

const TONES_HZ = [880, 1_175] as const;
const TONE_SECONDS = 0.14;
const VOLUME = 0.15;

let context: AudioContext | undefined;

/** Whether the browser lets it be heard. */
export async function playTones(): Promise<boolean> {
  // Asked before, it would complain on the console and stay silent.
  if (navigator.userActivation?.hasBeenActive === false) return false;
  try {
    context ??= new AudioContext();
    if (context.state !== 'running') await context.resume();
    const from = context.currentTime;
    for (const [at, hz] of TONES_HZ.entries()) play(context, hz, from + at * TONE_SECONDS);
    return true;
  } catch {
    // No sound in this browser or machine: the message is there all the same.
    return false;
  }
}

function play(on: AudioContext, hz: number, at: number): void {
  const tone = new OscillatorNode(on, { frequency: hz });
  const volume = new GainNode(on, { gain: 0 });
  // Rises and falls, or it would click.
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(VOLUME, at + 0.01);
  volume.gain.linearRampToValueAtTime(0, at + TONE_SECONDS);
  tone.connect(volume).connect(on.destination);
  tone.start(at);
  tone.stop(at + TONE_SECONDS);
}
