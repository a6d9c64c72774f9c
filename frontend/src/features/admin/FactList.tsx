/** What is known of one thing, a name and a value each. */
export function FactList({ of }: { of: [string, string][] }) {
  return (
    <dl class="admin-facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
