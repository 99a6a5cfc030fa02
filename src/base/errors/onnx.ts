import { entry } from './error-entry.js';

/** Errors of ONNX files. */
export const onnxErrors = {
  NOT_ONNX: entry<{ path: string; why: string }>(
    1,
    400,
    (d) =>
      `${d.path} is not an ONNX model: ${d.why}. If it was downloaded, the download may be a web page or incomplete.`,
  ),
  ONNX_CORRUPT: entry<{ path: string; where: string; why: string }>(
    1,
    400,
    (d) => `${d.path} is corrupt at ${d.where}: ${d.why}. Fetch or export the file again.`,
  ),
  ONNX_LIMIT: entry<{ path: string; limit: string; found: string }>(
    1,
    400,
    (d) => `${d.path} goes beyond a safety limit (${d.limit}): ${d.found}. octavec does not open such files.`,
  ),
  ONNX_UNSUPPORTED: entry<{ path: string; what: string; hint: string }>(
    1,
    400,
    (d) => `${d.path}: ${d.what} is not supported. ${d.hint}`,
  ),
  EXTERNAL_DATA: entry<{ path: string; tensor: string; why: string }>(
    1,
    400,
    (d) =>
      `The weights of tensor "${d.tensor}" in ${d.path} cannot be read: ${d.why}. Put the complete external data file beside the model.`,
  ),
  ALREADY_QUANTIZED: entry<{ path: string; found: string }>(
    1,
    400,
    (d) => `${d.path} is quantized already (${d.found}). Start from the full-precision original.`,
  ),
  TEACHER_UNFIT: entry<{ path: string; why: string }>(
    1,
    422,
    (d) =>
      `No static model can be distilled from ${d.path}: ${d.why}. Check it with "octavec inspect" and "octavec embed".`,
  ),
  NOTHING_TO_QUANTIZE: entry<{ path: string; why: string }>(
    1,
    400,
    (d) => `${d.path} has nothing to quantize: ${d.why}. Is it the embedding model that you meant?`,
  ),
} as const;
