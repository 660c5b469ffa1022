/**
 * An object of type T that has every field of T. An absent optional field is present with the value undefined.
 *
 * What makes many objects of a type writes all fields, in one order, so that the objects have one shape: V8 then reads a field, and
 * copies an object with `{ ...object, field }`, many times faster. `satisfies AllFields<T>` makes a forgotten field a type error.
 */
export type AllFields<T> = { [K in keyof Required<T>]: T[K] };
