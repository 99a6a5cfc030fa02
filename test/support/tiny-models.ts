import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TokenBatch } from '#rooms/engine';
import type { Head } from '#rooms/model';

/** An encoder with random weights, and what transformers gives for its inputs. */
export interface TinyModel {
  /** "bert/model_dynamo.onnx" */
  readonly name: string;
  readonly onnxPath: string;
  readonly padTokenId: number;
  readonly head: Head;
  /** Four texts of 16, 5, 11 and 2 tokens. */
  readonly batch: TokenBatch;
  /** [tokens × 64], ragged as the batch. */
  readonly hiddenStates: Float32Array;
}

interface Expected {
  readonly input_ids: readonly (readonly number[])[];
  readonly attention_mask: readonly (readonly number[])[];
  readonly last_hidden_state: readonly (readonly (readonly number[])[])[];
}

const root = fileURLToPath(new URL('../fixtures/tiny', import.meta.url));

/** Nine architectures, by two exporters where both can. */
export function tinyModels(): readonly TinyModel[] {
  return readdirSync(root).flatMap((architecture) => {
    const folder = `${root}/${architecture}`;
    const expected = readJson<Expected>(`${folder}/expected.json`);
    const { pad_token_id: padTokenId } = readJson<{ pad_token_id: number }>(`${folder}/config.json`);
    const isToken = (text: number) => (_: unknown, i: number) => expected.attention_mask[text][i] === 1;
    const rows = expected.input_ids.map((ids, text) => ids.filter(isToken(text)));
    const states = expected.last_hidden_state.map((tokens, text) => tokens.filter(isToken(text)));
    return readdirSync(`${folder}/onnx`).map((file) => ({
      name: `${architecture}/${file}`,
      onnxPath: `${folder}/onnx/${file}`,
      padTokenId,
      head: { pooling: ['mean'], includePrompt: true, dense: [], normalize: true },
      batch: tokenBatch(rows),
      hiddenStates: Float32Array.from(states.flat(2)),
    }));
  });
}

/** The model of an architecture by the exporter of today. */
export function tinyModel(architecture: string): TinyModel {
  const model = tinyModels().find(({ name }) => name === `${architecture}/model_dynamo.onnx`);
  if (model === undefined) {
    throw new Error(`no fixture ${architecture} in ${basename(root)}`);
  }
  return model;
}

export function tokenBatch(rows: readonly (readonly number[])[]): TokenBatch {
  const offsets = [0];
  for (const row of rows) {
    offsets.push(offsets[offsets.length - 1] + row.length);
  }
  return { ids: Int32Array.from(rows.flat()), offsets: Int32Array.from(offsets) };
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8'));
}
