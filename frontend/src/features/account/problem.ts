import { problem } from "../../browser/router";
import { notify } from "../../ui/toasts";
import { problemText } from "./problemTexts";

/** To somebody who is logged in all the same: they wanted to link an account, or to show who they are. */
export function tell(): void {
  if (problem.value !== null) notify({ text: problemText(problem.value), stays: true });
  problem.value = null;
}
