/** What weights are stored as: single precision, or half. */
export type ConversionType = 'fp32' | 'fp16';
