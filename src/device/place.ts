import { OctavecError, shellQuoted } from '../base/index.js';

/** A folder on a device. */
export interface Place {
  /** As people and apps know it. */
  readonly folder: string;
  /** A script that runs in the folder's owner's name. */
  readonly as: (script: string) => string;
  /** Whether adb itself may write there. */
  readonly isOpen: boolean;
}

export interface PlaceOptions {
  /** A folder by its absolute path. */
  readonly to?: string;
  /** Name of an app's package. */
  readonly app?: string;
  /** Into the app's private files, as the app: for debuggable apps. */
  readonly runAs?: boolean;
}

/**
 * Returns where files go: a folder that is named, the files of an app that adb may write to, or the app's private ones.
 *
 * @throws USAGE
 */
export function placeOf({ to, app, runAs = false }: PlaceOptions): Place {
  if (app !== undefined && !/^[A-Za-z][\w]*(\.[A-Za-z]\w*)+$/.test(app)) {
    throw new OctavecError('USAGE', {
      problem: `"${app}" is no name of a package`,
      hint: 'It looks like com.example.app.',
    });
  }
  if (runAs) {
    if (app === undefined) {
      throw new OctavecError('USAGE', { problem: 'It is not said as which app', hint: 'Give --app with --run-as.' });
    }
    const folder = checked(to ?? 'files/models', false);
    return { folder, as: (script) => `run-as ${app} sh -c ${shellQuoted(script)}`, isOpen: false };
  }
  if (to === undefined && app === undefined) {
    throw new OctavecError('USAGE', {
      problem: 'It is not said where on the device',
      hint: 'Give --app com.example.app, or --to /a/folder.',
    });
  }
  const folder = checked(to ?? `/sdcard/Android/data/${app}/files/models`, true);
  return { folder, as: (script) => script, isOpen: true };
}

function checked(folder: string, isAbsolute: boolean): string {
  const plain = folder.replace(/\/+$/, '');
  if (
    folder.startsWith('/') !== isAbsolute ||
    plain === '' ||
    plain.split('/').includes('..') ||
    plain.includes('\0')
  ) {
    throw new OctavecError('USAGE', {
      problem: `"${folder}" is no folder that octavec writes to`,
      hint: isAbsolute
        ? 'Give an absolute path without "..".'
        : 'Give a path below the app\'s own folder, without "..".',
    });
  }
  return plain;
}
