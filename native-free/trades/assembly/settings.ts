import * as layout from '../layout';

@inline export function word(index: i32): i32 {
  return load<i32>(layout.SETTINGS + (index << 2));
}
@inline export function address(index: i32): usize {
  return <usize>load<u32>(layout.SETTINGS + (index << 2));
}
@inline export function number(index: i32): f64 {
  return load<f64>(layout.NUMBERS + (index << 3));
}
