// Using something in a message or in a view: the question before it, and then the act.

import { act, ask } from "./api.js";
import { fieldsOf } from "./blocks.js";
import { confirmed } from "./dialogs.js";

// `target` names the message or the view, `inside` is the node that holds the fields that were filled in beside it.
export const using = (target, names, inside) => ({
  use: async (block, one, value) => {
    const dispatches = block.type !== "input" || block.dispatch_action;
    if (dispatches && one.confirm && !(await confirmed(one.confirm, names))) return false;
    const fields = inside?.();
    const body = { ...target, block_id: block.block_id, action_id: one.action_id, ...(fields ? { values: fieldsOf(fields) } : {}) };
    return value === undefined ? act("click", body) : act("choose", { ...body, option: value });
  },
  ask: (block, one, typed) => ask("options", { ...target, block_id: block.block_id, action_id: one.action_id, typed }),
});
