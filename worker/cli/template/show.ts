import { goNanoTime } from '../format/time.ts';
import type { StructType } from './types.ts';
import {
  elements,
  Float,
  floatText,
  indirect,
  integerText,
  isNilPointer,
  isRow,
  kindOf,
  mapElement,
  mapKeys,
  structField,
  textOf,
  Typed,
  unbox,
} from './values.ts';
import type { GoValue } from './values.ts';

const zeroTime = '0001-01-01T00:00:00Z';
/** Where a pointer inside something else would lead: nobody can tell. */
const someAddress = '0xc000000000';

/** As Go's `%v`; with `names` as `%+v`. */
export function show(value: GoValue, names = false): string {
  const held = unbox(value);
  switch (kindOf(held)) {
    case 'none':
      return '<nil>';
    case 'bool':
      return held === true ? 'true' : 'false';
    case 'int':
      return integerText(held as number);
    case 'float':
      return floatText((held as Float).value);
    case 'string':
      return textOf(held);
    case 'slice':
      return `[${elements(held)
        .map((item) => showInside(item, names))
        .join(' ')}]`;
    case 'map':
      return `map[${mapKeys(held)
        .map((key) => `${key}:${showInside(mapElement(held, key), names)}`)
        .join(' ')}]`;
    case 'struct':
      return showStruct(held, names);
    default:
      return isNilPointer(held) ? '<nil>' : someAddress;
  }
}

function showInside(value: GoValue, names: boolean): string {
  return isNilPointer(unbox(value)) ? '<nil>' : show(value, names);
}

function showStruct(value: GoValue, names: boolean): string {
  if (isRow(value))
    return `&{${Object.values(value)
      .map((field) => show(field, names))
      .join(' ')}}`;
  const struct = value as Typed;
  if (struct.type.kind === 'time')
    return goNanoTime(typeof struct.json === 'string' ? struct.json : zeroTime);
  const fields = Object.keys((struct.type as StructType).fields).map((name) => {
    const text = show(structField(struct, name)?.value, names);
    return names ? `${name}:${text}` : text;
  });
  return `{${fields.join(' ')}}`;
}

/** What an action that stands alone prints. */
export function showAction(value: GoValue): string {
  const held = indirect(value);
  return unbox(held) === undefined ? '<no value>' : show(held);
}
