/** Minutes that the clock of this browser is ahead of UTC at a moment, now unless another is given. */
export function offset(moment) {
  return -(moment ? new Date(moment) : new Date()).getTimezoneOffset();
}
