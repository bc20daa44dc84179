import { expect, test } from 'vitest';
import { parseYaml } from '../../src/parse-yaml.ts';

test.each([
  ['site:\n  name: x\ndrivers: {virtual: {}\nport: 3\n', 'line 3: the { is never closed'],
  ['a: {b: [1, 2}\n', 'line 1: the [ is never closed'],
  ['a: {}\nb: [c,\n  d\n', 'line 2: the [ is never closed'],
  ['a: ]\n', 'line 1: the ] closes nothing'],
  ['a: 1\nb: "c\nport: 1\n', 'line 2: the " is never closed'],
  ["a: 'it''s\n", "line 1: the ' is never closed"],
  ['a: "b\\"\n', 'line 1: the " is never closed'],
])('%j has something that is not closed where it begins', (text, said) => {
  expect(() => parseYaml(text)).toThrow(new Error(said));
});

test.each([
  ['port: 3\n\tsite: 2\n', 'line 2: it is indented with a tab'],
  ['port: 1\nport: 2\n', 'line 2: this name is there already'],
  ['port 3\nsite: 1\n', 'line 1: a name has no ":" behind it'],
  ['port: 1\nsite\n', 'line 2: a name has no ":" behind it'],
  ['site:\n  name: x\n entrances: []\n', 'line 3: it does not begin in the same column'],
  ['a: b: c\n', 'line 1: there is a second name'],
  ['a: @x\n', 'line 1: a text that begins with this character needs quotes'],
  ['a: "\\q"\n', 'line 1: a \\ between double quotes'],
  ['a: 1\n---\nb: 2\n', 'line 2: a second document begins'],
])('%j is told by its line, and in words of its own', (text, said) => {
  expect(() => parseYaml(text)).toThrow(said);
});

test('brackets and quotes within texts and comments are none', () => {
  const text = 'x: "it\'s ["  # {\ny: |\n  {\nz: it\'s {\nport 3\nw: 1\n';
  expect(() => parseYaml(text)).toThrow(new Error('line 5: a name has no ":" behind it'));
  expect(parseYaml('x: {y: ["it\'s ["]}\n')).toEqual({ x: { y: ["it's ["] } });
});
