/** The version of octavec, that of package.json: bundlers move this file away from there. A test holds the two together. */
export const version = '0.1.0';
