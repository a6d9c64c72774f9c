"""What the terminal says, in Chinese and English."""

from dataclasses import dataclass

from app.cli.language import terminal_language
from app.errors import Language


@dataclass(frozen=True)
class Words:
    """Every text of `chat-backend chat`; `{…}` are filled in by whoever says it.

    `endings`: what is said after a reply that did not simply end, by its finish reason.
    """

    summary: str
    url: str
    user: str
    password: str
    email: str
    conversation: str
    message: str
    ask_name: str
    ask_password: str
    ask_code: str
    ask_email: str
    no_account: str
    make_account: str
    greeting: str
    later: str
    endings: dict[str, str]
    unknown: str
    help: str
    nothing_yet: str
    no_conversations: str
    more: str
    which: str
    now: str
    fresh: str
    you: str
    model_answers: str
    model_of_server: str
    model_none: str
    model_gone: str
    model_set: str
    model_several: str
    model_unknown: str
    model_more: str
    nothing_to_regenerate: str
    nothing_to_edit: str
    unreachable: str
    no_server: str
    gone: str
    refused: str
    closed: str
    nonsense: str
    logged_out: str
    meanwhile: str


EN = Words(
    summary="Chat in the terminal. Logs in, or makes an account; opens or goes on with a"
    " conversation.",
    url="The server.",
    user="User name or e-mail.",
    password="For scripts; asked for otherwise.",
    email="With it, the account is made if need be.",
    conversation="Go on with this conversation instead of a new one.",
    message="Send this, print the reply and nothing else, and end.",
    ask_name="User name",
    ask_password="Password",
    ask_code="Code of your authenticator app, or a recovery code",
    ask_email="E-mail",
    no_account="There is no account {name} with this password.",
    make_account="Make a new account named {name}?",
    greeting="/help lists the commands. Ctrl-C stops a reply, Ctrl-D ends.",
    later="Go on later with --conversation {id}",
    endings={
        "stopped": "stopped",
        "length": "cut off: the model's limit for one reply",
        "content_filter": "cut off by the content filter of the model's server",
        "tool_calls": "the model wanted to call a tool; there are none here",
    },
    unknown="There is no command {name}; /help lists them. // at the beginning sends a slash.",
    help="""\
/help             this list
/list             your conversations, most recently used first
/open NUMBER      go on with one of them
/new [TITLE]      begin another one
/model [NAME]     which model answers, and which there are; NAME chooses
/regenerate       have another reply written
/edit [TEXT]      say something else instead of your last message
/quit             end, as Ctrl-D does
//…               send a message that begins with a slash""",
    nothing_yet="Nothing has been said yet.",
    no_conversations="You have no conversations yet.",
    more="… and {count} more: /list {next}",
    which="Say which one: /open NUMBER. /list shows them.",
    now="Conversation {id}: {title}",
    fresh="A new conversation.",
    you="You: ",
    model_answers="{name} answers ({place}).",
    model_of_server="this server's model",
    model_none="There is no model yet: connect one on the web page.",
    model_gone="The model of this conversation is gone. /model NAME chooses another one.",
    model_set="From now on {name} answers ({place}).",
    model_several="Several models match {name}:",
    model_unknown="No model matches {name}. /model lists them.",
    model_more="… and {count} more: /model WORDS looks for one",
    nothing_to_regenerate="There is no reply yet to be written again.",
    nothing_to_edit="There is no message yet to be changed.",
    unreachable="{url} cannot be reached",
    no_server="{url} is not a chat-backend server",
    gone="The server cannot be reached",
    refused="The server refused the connection: {why}",
    closed="The server closed the connection ({code})",
    nonsense="The server sent something that makes no sense",
    logged_out="You have been logged out",
    meanwhile="Meanwhile, on another device:",
)
ZH = Words(
    summary="在终端里聊天：登录或注册账号，新建或继续一个对话。",
    url="服务器地址。",
    user="用户名或邮箱。",
    password="供脚本使用；不填则会询问。",
    email="填写后，账号不存在时会自动注册。",
    conversation="继续这个对话，而不是新建。",
    message="发送这条消息，只输出回复，然后退出。",
    ask_name="用户名",
    ask_password="密码",
    ask_code="验证器应用中的验证码，或恢复码",
    ask_email="邮箱",
    no_account="没有用户名为 {name} 且密码相符的账号。",
    make_account="要注册新账号 {name} 吗？",
    greeting="输入 /help 查看命令。Ctrl-C 停止回复，Ctrl-D 退出。",
    later="下次用 --conversation {id} 继续",
    endings={
        "stopped": "已停止",
        "length": "已截断：达到模型单条回复的长度上限",
        "content_filter": "已被模型服务的内容过滤截断",
        "tool_calls": "模型想调用工具，而这里没有工具",
    },
    unknown="没有 {name} 这个命令，/help 列出全部命令。要发送以斜杠开头的消息，请写两个斜杠。",
    help="""\
/help             显示这份列表
/list             你的对话，最近用过的在前
/open 编号        继续其中一个对话
/new [标题]       新建对话
/model [名称]     查看由哪个模型回答、有哪些模型；给出名称则改用它
/regenerate       重新生成回复
/edit [文字]      改写你的上一条消息
/quit             退出，同 Ctrl-D
//…               发送以斜杠开头的消息""",
    nothing_yet="还没有任何消息。",
    no_conversations="你还没有对话。",
    more="…… 还有 {count} 个：/list {next}",
    which="请指明是哪一个：/open 编号。用 /list 查看编号。",
    now="对话 {id}：{title}",
    fresh="新对话。",
    you="你：",
    model_answers="由 {name} 回答（{place}）。",
    model_of_server="本站模型",
    model_none="还没有可用的模型，请先在网页上接入。",
    model_gone="这个对话的模型已不可用，用 /model 名称 换一个。",
    model_set="之后由 {name} 回答（{place}）。",
    model_several="有多个模型与 {name} 相符：",
    model_unknown="没有与 {name} 相符的模型，/model 列出全部模型。",
    model_more="…… 还有 {count} 个：/model 加上关键字可查找",
    nothing_to_regenerate="还没有可以重新生成的回复。",
    nothing_to_edit="还没有可以改写的消息。",
    unreachable="无法连接 {url}",
    no_server="{url} 不是 chat-backend 服务器",
    gone="无法连接服务器",
    refused="服务器拒绝了连接：{why}",
    closed="服务器关闭了连接（{code}）",
    nonsense="服务器发来了无法识别的内容",
    logged_out="登录已失效",
    meanwhile="其间来自另一台设备：",
)
WORDS: dict[Language, Words] = {"en": EN, "zh": ZH}


def words() -> Words:
    """The texts in the language of this terminal."""
    return WORDS[terminal_language()]
