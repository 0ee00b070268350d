/**
 * One step of plain stochastic gradient descent, without momentum: parameters -= step x gradient, and the gradient back to 0 for
 * the next batch. `step` is the learning rate by the number of images that the gradient was summed over.
 */
export function descend(parameters: Float64Array, gradient: Float64Array, step: number): void {
  for (let i = 0; i < parameters.length; i++) {
    parameters[i]! -= step * gradient[i]!;
    gradient[i] = 0;
  }
}
