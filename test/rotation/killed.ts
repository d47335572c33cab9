/** What a function does to the world: each call of a method counts as one. */
export class Life {
  private left = Infinity;
  private when: 'before' | 'after' = 'before';

  /** It ends at its `call`th call from now on: before that has done anything, or when it has but nobody knows. */
  endsAt(call: number, when: 'before' | 'after'): void {
    this.left = call;
    this.when = when;
  }

  /** Whether it came to its end. Another one begins. */
  isOver(): boolean {
    const isOver = this.left <= 0;
    this.left = Infinity;
    return isOver;
  }

  /** `what`, for as long as the function lives. */
  of<T extends object>(what: T): T {
    return new Proxy(what, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]): unknown => {
          const isLast = --this.left === 0;
          if (isLast && this.when === 'before') throw new Killed();
          const answer: unknown = Reflect.apply(value, target, args);
          if (!isLast) return answer;
          if (!(answer instanceof Promise)) throw new Killed();
          return answer.then(() => {
            throw new Killed();
          });
        };
      },
    });
  }
}

export class Killed extends Error {
  override readonly name = 'Killed';
}
