import { texts } from "../../../i18n";

const en = {
  lead: "What a group may use, all of its members may: connections that are not for everybody, and limits.",
  none: "There are no groups yet.",
  members: (n: number) => (n === 1 ? "1 member" : `${n.toLocaleString("en")} members`),
  add: "New group",
  name: "Name",
  make: "Make group",
  made: (name: string) => `The group ${name} was made.`,
  group: "Group",
  gone: "This group is there no longer.",
  membersTitle: "Members",
  noMembers: "Nobody is in this group yet.",
  addMember: "Add a member",
  findMember: "A user, by how the name or address begins",
  takeOut: (name: string) => `Take ${name} out of the group`,
  joined: (name: string) => `${name} is in the group now.`,
  left: (name: string) => `${name} was taken out of the group.`,
  rename: "Rename",
  renamed: (name: string) => `The group is called ${name} now.`,
  removeTitle: "Delete this group",
  removeLead: "Its members stay, and lose what only the group let them use.",
  remove: "Delete",
  removeAsk: (name: string) =>
    `What ${name} was granted goes with it, and limits that are set for it. No user and no chat is deleted. A group does not come back.`,
  removeSure: "Delete group",
  removed: (name: string) => `The group ${name} was deleted.`,
};

const zhCN: typeof en = {
  lead: "用户组获准使用的内容，所有成员都可以使用：并非对所有人开放的连接，以及限额。",
  none: "还没有用户组。",
  members: (n) => `${n.toLocaleString("zh-CN")} 名成员`,
  add: "新建用户组",
  name: "名称",
  make: "新建",
  made: (name) => `已新建用户组 ${name}。`,
  group: "用户组",
  gone: "此用户组已不存在。",
  membersTitle: "成员",
  noMembers: "此用户组还没有成员。",
  addMember: "添加成员",
  findMember: "按用户名或邮箱开头查找用户",
  takeOut: (name) => `将 ${name} 移出用户组`,
  joined: (name) => `已将 ${name} 加入用户组。`,
  left: (name) => `已将 ${name} 移出用户组。`,
  rename: "重命名",
  renamed: (name) => `用户组已更名为 ${name}。`,
  removeTitle: "删除此用户组",
  removeLead: "成员会保留，但不再能使用仅通过此用户组获准的内容。",
  remove: "删除",
  removeAsk: (name) => `${name} 获得的授权和为其设置的限额会一并删除，但不会删除任何用户或对话。删除后无法恢复。`,
  removeSure: "删除用户组",
  removed: (name) => `已删除用户组 ${name}。`,
};

/** Texts of the groups. */
export const text = texts({ en, "zh-CN": zhCN });
