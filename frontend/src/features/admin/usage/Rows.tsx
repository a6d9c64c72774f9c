import type { AdminUsageRow } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { follow } from "../../../browser/router";
import { costOf, tokensOf } from "../../usage/figures";
import { short } from "../../usage/money";
import { dayInWords } from "../../usage/month";
import { sumOf } from "../../usage/sums";
import { text as usageTexts } from "../../usage/texts";
import { placeOf } from "../at";
import { text as texts } from "./texts";
import type { By, Used } from "./usage";

/** Sums of each user, model, or whatever else they are split by. */
export function Rows({ used: { by, rows } }: { used: Used }) {
  const text = texts();
  const words = usageTexts();
  return (
    <table class="usage-table used-table">
      <thead>
        <tr>
          <th scope="col">{text.bys[by]}</th>
          <th scope="col" class="number wide-only">
            {words.requestsHead}
          </th>
          <th scope="col" class="number">
            {words.sent}
          </th>
          <th scope="col" class="number">
            {words.written}
          </th>
          <th scope="col" class="number">
            {words.cost}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.key} by={by} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ by, row }: { by: By; row: AdminUsageRow }) {
  const sum = sumOf(row);
  return (
    <tr>
      <th scope="row">
        <Name by={by} row={row} />
      </th>
      <td class="number wide-only">{short(row.attempts, locale.value)}</td>
      <td class="number">{tokensOf(sum.sent, sum)}</td>
      <td class="number">{tokensOf(sum.written, sum)}</td>
      <td class={sum.cost === null ? "number unknown" : "number"}>{costOf(sum)}</td>
    </tr>
  );
}

/** A user leads to their page, a group to its own. */
function Name({ by, row: { key, label } }: { by: By; row: AdminUsageRow }) {
  const text = texts();
  if (by === "day") return <>{dayInWords(label, locale.value)}</>;
  if (!key) return <span class="unknown">{by === "group" ? text.noGroup : text.goneUsers}</span>;
  if (!label) return <>{usageTexts().serversModel}</>;
  if (by !== "user" && by !== "group") return <bdi>{label}</bdi>;
  return (
    <a href={placeOf(by === "user" ? "users" : "groups", Number(key))} onClick={follow}>
      <bdi>{label}</bdi>
    </a>
  );
}
