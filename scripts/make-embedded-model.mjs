/**
 * Makes the FP16 weights of an embedded model from the FP32 file of its source, with octavec's own FP16 pass:
 *
 *     node scripts/make-embedded-model.mjs <source model.onnx> models/all-MiniLM-L6-v2
 *
 * The same source gives the same bytes; the checksums are in the model's README.
 */
import { join } from 'node:path';
import { fileHash } from '../dist/files/index.js';
import { readModel, writeModel } from '../dist/onnx/index.js';
import { fp16, makeRecipe, withRecipe } from '../dist/quantize/index.js';

const [source, folder] = process.argv.slice(2);
const { model } = fp16(await readModel(source));
const recipe = makeRecipe('fp16', await fileHash(source));
const written = await writeModel(withRecipe(model, recipe), join(folder, 'onnx', 'model_fp16.onnx'));
console.log(`${await fileHash(written.path)}  ${written.path} (${written.bytes} bytes)`);
console.log(`made from ${recipe.source}`);
