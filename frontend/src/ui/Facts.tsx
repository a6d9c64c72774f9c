/** Short facts behind one another; a line that is too narrow breaks between them. Those without words are left out. */
export function Facts({ of }: { of: (string | false | null | undefined)[] }) {
  return of
    .filter((fact) => !!fact)
    .map((fact, place) => [
      place > 0 && " · ",
      <span key={place} class="fact">
        {fact}
      </span>,
    ]);
}
