import { slowGovernor } from '../benchmark/index.js';
import { type CpuFeatures, cpuFeatures, type HostFacts } from '../host/index.js';
import type { Finding } from './finding.js';

/** What the native engine says of itself: its instruction set, or why it is not there. */
export type NativeState = { readonly isa: string } | { readonly reason: string };

/** The variant and the engine that fit a processor. */
export interface Fit {
  /** "int8", as `octavec quantize --to` takes it. */
  readonly variant: string;
  readonly engine: 'native' | 'onnxruntime';
  readonly why: string;
}

/** Returns which variant and engine make the most of a processor, as far as its instruction sets tell. */
export function fitFor({ int8 }: CpuFeatures, native: NativeState): Fit {
  const hasNative = 'isa' in native && !native.isa.startsWith('portable');
  const engine = hasNative ? 'native' : 'onnxruntime';
  switch (int8) {
    case 'matrix':
    case 'dot':
      return { variant: 'int8', engine, why: 'bytes are multiplied exactly and several times as fast as floats' };
    case 'saturating':
      return {
        variant: 'int8',
        engine,
        why: 'bytes are multiplied faster than floats, though not as fast as with VNNI',
      };
    case 'none':
      return { variant: 'q8', engine, why: 'this processor multiplies bytes no faster than floats' };
    case 'unknown':
      return { variant: 'int8', engine, why: 'this system does not tell what the processor has: measure it' };
  }
}

export function processorFinding(host: HostFacts, native: NativeState): Finding {
  const features = cpuFeatures(host.cpuFlags, host.platform);
  const fit = fitFor(features, native);
  const sets = features.names.length > 0 ? features.names.slice(0, 4).join(', ') : 'instruction sets are not told';
  const advised = `Fits: ${fit.variant} on ${fit.engine === 'native' ? 'the native engine' : 'ONNX Runtime'} (${fit.why}).`;
  return {
    id: 'processor',
    status: features.int8 === 'saturating' || features.int8 === 'none' ? 'warning' : 'ok',
    found: `${host.cpuModel} (${host.platform}): ${sets}. ${advised}`,
    advice: adviceFor(features),
    figures: { model: host.cpuModel, platform: host.platform, features: features.names, int8: features.int8, fit },
  };
}

function adviceFor({ int8 }: CpuFeatures): string | undefined {
  if (int8 === 'saturating') {
    return 'Without VNNI, ONNX Runtime cuts sums of bytes off at 16 bits. INT8 files that octavec makes are safe from it; prove those of other tools on this machine ("octavec verify").';
  }
  return int8 === 'none' ? 'Take variants for their size, not for speed.' : undefined;
}

/** Reports the CPU governor; undefined where the system does not tell. */
export function governorFinding(host: HostFacts): Finding | undefined {
  const { governor } = host;
  if (governor === undefined) {
    return undefined;
  }
  const isSlow = slowGovernor(host);
  return {
    id: 'governor',
    status: isSlow ? 'warning' : 'ok',
    found: `CPU governor "${governor.name}" (${governor.driver})${isSlow ? ': clocks stay low' : ''}.`,
    advice: isSlow ? 'Set it to "performance" or "schedutil" (cpupower frequency-set -g schedutil).' : undefined,
    figures: { ...governor },
  };
}
