import { describe, expect, test } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import { version } from '../base/index.js';
import { metadata, withMetadata } from '../onnx/index.js';
import { makeRecipe, recipeOf, withRecipe } from './recipe.js';

const model = smallModel({ outputs: { y: 'float' }, nodes: [] });
const recipe = makeRecipe('q4', 'a'.repeat(64), { blockSize: 32, exclude: ['ffn-*'] }, 'b'.repeat(64));

describe('a recipe', () => {
  test('comes back from the file that it was put into', () => {
    expect(recipe.tool).toBe(`octavec ${version}`);
    expect(recipeOf(withRecipe(model, recipe))).toEqual(recipe);
  });

  test('takes the place of an older one, and leaves what else the file says', () => {
    const named = withMetadata(model, { author: 'somebody' });
    const twice = withRecipe(withRecipe(named, recipe), { ...recipe, method: 'int8' });
    expect(recipeOf(twice)?.method).toBe('int8');
    expect(metadata(twice).get('author')).toBe('somebody');
    expect([...metadata(twice).keys()]).toHaveLength(2);
  });

  test('of an older file may leave out the conventions', () => {
    const { conventions: _, ...older } = recipe;
    expect(recipeOf(withMetadata(model, { 'octavec.recipe': JSON.stringify(older) }))).toEqual(older);
  });

  test.each(['', '{', 'null', '[]', '{"method": "q4"}', JSON.stringify({ ...recipe, options: 'none' })])(
    'is not what only looks like one: %s',
    (text) => {
      expect(recipeOf(withMetadata(model, { 'octavec.recipe': text }))).toBeUndefined();
    },
  );

  test('is in no file of others', () => {
    expect(recipeOf(model)).toBeUndefined();
  });
});
