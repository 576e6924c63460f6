/** A `contained` as a guard hands it on, which keeps what was thrown. */
export function collectedErrors() {
  const errors: unknown[] = [];
  const contained = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      errors.push(error);
    }
  };
  return { errors, contained };
}
