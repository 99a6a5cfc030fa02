/**
 * Reads a model file as a whole, its external data too, to find out what is wrong with it.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, NOT_ONNX, ONNX_CORRUPT, ONNX_LIMIT, EXTERNAL_DATA; nothing if all is well
 */
export async function checkOnnxFile(path: string): Promise<void> {
  const { everyTensor, isExternal, readModel, tensorBytes } = await import('../onnx/index.js');
  const model = await readModel(path);
  for (const tensor of everyTensor(model.proto).filter(isExternal)) {
    tensorBytes(model, tensor);
  }
}
