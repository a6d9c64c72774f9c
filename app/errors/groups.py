"""What is refused of groups, and of the connections that are for some of them."""

from app.errors.base import AppError


class GroupNotFound(AppError):
    status, code = 404, "group_not_found"
    zh, en = "用户组不存在", "There is no such group"


class CapNotFound(AppError):
    status, code = 404, "cap_not_found"
    zh, en = "限额不存在", "There is no such cap"


class GroupNameTaken(AppError):
    status, code = 409, "group_name_taken"
    zh, en = "已有同名的用户组", "There is a group of this name already"


class OfSettings(AppError):
    status, code = 409, "of_settings"
    zh = "这个连接来自 DEFAULT_MODEL_* 设置，请在那里更改"
    en = "This connection comes from the settings DEFAULT_MODEL_*: change it there"
