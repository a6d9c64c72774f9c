import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { titleOf } from "../conversations/conversations";
import { FoundRow } from "./FoundRow";
import { Marked } from "./Marked";
import type { Option } from "./options";
import { pieces } from "./snippet";

interface Props {
  option: Option;
  id: string;
  isChosen: boolean;
  onPoint: () => void;
  onPick: () => void;
}

/** One of what can be chosen. The keys stay with the input. */
export function Row({ option, id, isChosen, onPoint, onPick }: Props) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      onMouseMove={onPoint}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onPick}
    >
      <Content option={option} />
    </div>
  );
}

function Content({ option }: { option: Option }) {
  if (option.kind === "message") {
    const { result } = option;
    return <FoundRow result={result} title={titleOf(result.conversation_id) ?? result.title} />;
  }
  if (option.kind === "action")
    return (
      <>
        <Icon name={option.action.icon} />
        <span>{option.action.label}</span>
        {option.action.keys && <kbd>{option.action.keys}</kbd>}
      </>
    );
  return (
    <>
      <span dir="auto">
        <Marked pieces={pieces(option.title, option.marks)} />
      </span>
      {option.archived && <span class="bar-chip">{t().list.archived}</span>}
    </>
  );
}
