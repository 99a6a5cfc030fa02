/**
 * Keeps ONNX Runtime from reporting its use to its maker, as it does from 1.30 on unless this variable says otherwise
 * before it is loaded; it would also put log files into the temporary folder and an identifier into the cache folder.
 * Only the main thread can set the variable for native code: who runs octavec in a thread sets it outside. A value
 * that the user has set stays.
 */
export function declineTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
