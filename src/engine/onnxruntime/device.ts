/**
 * What a model is computed on.
 *
 * - `cpu` (default)
 * - `cuda`, `webgpu`, `coreml`, `directml`: that device, through ONNX Runtime, or an error that says why not
 * - `auto`: the first of them that runs the model, else the CPU, with the reason
 */
export const devices = ['cpu', 'cuda', 'webgpu', 'coreml', 'directml', 'auto'] as const;
export type Device = (typeof devices)[number];

/** A device besides the CPU. */
export type Accelerator = Exclude<Device, 'cpu' | 'auto'>;

/** What ONNX Runtime calls them. */
export const providers: Readonly<Record<Accelerator, string>> = {
  cuda: 'cuda',
  webgpu: 'webgpu',
  coreml: 'coreml',
  directml: 'dml',
};
