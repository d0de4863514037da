// The Silero detector on each channel of each recording, level-normalised, with hysteresis: the baseline of
// docs/accuracy.md. Not part of the product. Usage: node silero.mjs FILE... > speech.jsonl
// Prints {"file": name, "duration_s": s, "speech": [[[start, end], ...] for each channel]} a line. Needs sox.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ort from 'onnxruntime-node';

const RATE = 8000;
const WINDOW = 256; // samples a step at 8 kHz: the model's own grid, 32 ms
const CONTEXT = 32; // samples of the step before, which the model expects in front
const STATE = [2, 1, 128];
const ON = 0.5; // the model's default threshold
const OFF = 0.35; // and its hysteresis: threshold - 0.15
const MIN_SILENCE_S = 0.1; // the model's default min_silence_duration_ms
const TARGET_LEVEL = 10 ** (-23 / 20); // RMS of the louder frames after normalisation

function decode(file) {
  const info = spawnSync('sox', ['--i', '-c', file], { encoding: 'utf8' });
  const channels = Number.parseInt(info.stdout, 10);
  const sox = spawnSync('sox', [file, '-t', 'raw', '-e', 'float', '-b', '32', '-r', String(RATE), '-'], {
    maxBuffer: 1 << 30,
  });
  if (sox.status !== 0 || !(channels > 0)) throw new Error(`${file}: sox cannot read it`);
  const bytes = sox.stdout;
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)));
  const n = Math.floor(all.length / channels);
  return Array.from({ length: channels }, (_, c) => Float32Array.from({ length: n }, (__, i) => all[i * channels + c]));
}

// Bring the 90th percentile of the window levels to one level: the model reacts to loudness.
function normalise(x) {
  const levels = [];
  for (let i = 0; i + WINDOW <= x.length; i += WINDOW) {
    let sum = 0;
    for (let k = i; k < i + WINDOW; k++) sum += x[k] * x[k];
    levels.push(Math.sqrt(sum / WINDOW));
  }
  levels.sort((a, b) => a - b);
  const loud = levels[Math.floor(levels.length * 0.9)] || 0;
  const gain = loud > 0 ? Math.min(100, TARGET_LEVEL / loud) : 1;
  return x.map((v) => Math.max(-1, Math.min(1, v * gain)));
}

async function probabilities(session, x) {
  const out = [];
  let state = new ort.Tensor('float32', new Float32Array(STATE.reduce((a, b) => a * b)), STATE);
  const sr = new ort.Tensor('int64', BigInt64Array.from([BigInt(RATE)]), []);
  let context = new Float32Array(CONTEXT);
  for (let i = 0; i < x.length; i += WINDOW) {
    const step = new Float32Array(CONTEXT + WINDOW);
    step.set(context);
    step.set(x.subarray(i, Math.min(x.length, i + WINDOW)), CONTEXT);
    const input = new ort.Tensor('float32', step, [1, CONTEXT + WINDOW]);
    const r = await session.run({ input, state, sr });
    out.push(r.output.data[0]);
    state = r.stateN;
    context = step.slice(WINDOW);
  }
  return out;
}

function speechOf(p) {
  const spans = [];
  let start = -1;
  let quiet = -1;
  p.forEach((v, i) => {
    const t = (i * WINDOW) / RATE;
    if (v >= ON) {
      if (start < 0) start = t;
      quiet = -1;
    } else if (start >= 0 && v < OFF) {
      if (quiet < 0) quiet = t;
      if (t - quiet >= MIN_SILENCE_S) {
        spans.push([start, quiet]);
        start = -1;
        quiet = -1;
      }
    }
  });
  if (start >= 0) spans.push([start, (p.length * WINDOW) / RATE]);
  return spans;
}

const here = path.dirname(fileURLToPath(import.meta.url));
const home = path.join(here, 'node_modules', '@jjhbw', 'silero-vad');
const session = await ort.InferenceSession.create(path.join(home, 'weights', 'silero_vad.onnx'), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});
for (const file of process.argv.slice(2)) {
  const channels = decode(file);
  const speech = [];
  for (const x of channels) speech.push(speechOf(await probabilities(session, normalise(x))));
  console.log(JSON.stringify({ file: path.basename(file), duration_s: channels[0].length / RATE, speech }));
}
