"""What the built-in writer knows beside the sources: kinds of stories, playbooks, questions to follow, topics.

Small tables, both languages side by side. Thresholds in a playbook are our proposals and say so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from deepdaily.core.lexicon import Words, _words

NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Playbook:
    """Advice for one kind of story, by the harm or the gain it is about.

    Used when the title fits `title` and not `unless`, the text fits `text`, and nothing printed fits `never_beside`.
    """

    name: str
    title: re.Pattern[str]
    text: re.Pattern[str]
    advice: Words
    unless: re.Pattern[str] = NEVER
    never_beside: re.Pattern[str] = NEVER
    adopts: bool = False
    """Advice on trying a new thing: none while it is paused or withdrawn."""


PLAYBOOKS = (
    Playbook(
        "compromise",
        _words(
            r"malicious|backdoor|stealer|hijack|compromis|typosquat|exfiltrat|supply.chain|投毒|后门|恶意|劫持|窃取"
        ),
        _words(r"token|secret|credential|environment variable|key|凭证|密钥|环境变量|令牌"),
        {
            "zh": "装过受影响版本的机器一律按已泄露处理：先吊销并轮换它能读到的密钥和令牌，再查这段时间的外联与用量，最后清掉锁文件、镜像和 CI 缓存里的坏版本；升级本身收不回已经泄露的东西。",
            "en": "Treat every machine that had an affected version as leaked: revoke and rotate what it could read, then check its outbound traffic and usage for that time, then purge lock files, images and CI caches; upgrading takes nothing back.",
        },
    ),
    Playbook(
        "vulnerability",
        _words(r"\bcve-|vulnerab|exploit|injection|bypass|漏洞|注入|绕过|越权"),
        _words(r"patch|fixed in|upgrade|mitigat|affected|advisory|修复|升级|受影响|缓解|补丁"),
        {
            "zh": "清点受影响的版本和能触到它的入口，按原文给出的修复版本升级；24 小时内升不了的（我们的建议值），先关掉入口并保留审计日志。",
            "en": "List affected versions and the entry points that reach them, and move to the fixed version the source names; what cannot move within 24 hours (our proposal) has its entry point closed, with audit logs kept.",
        },
    ),
    Playbook(
        "incident",
        _words(r"incident|outage|post-?mortem|root cause|事故|故障|宕机|复盘"),
        _words(r"root cause|timeline|remediat|revert|fallback|mitigat|根因|时间线|回滚|修复"),
        {
            "zh": "拿原文的根因对照自己的系统：同样的失败发生时，会报警，还是悄悄降级？做一次故障注入；5 分钟内没有告警（我们的建议值）就先补告警，再谈修复。",
            "en": "Hold the root cause against your own system: would the same failure alert or degrade silently? Inject it once; if no alert within 5 minutes (our proposal), add the alert before any fix.",
        },
    ),
    Playbook(
        "protocol",
        _words(r"\bsep-\d+|protocol|\bspec(ification)?\b|schema|协议|规范"),
        _words(r"\b(field|key|header|metadata|property)\b|字段|报头|元数据"),
        {
            "zh": "自建的服务端和客户端各加一条契约测试：缺这个字段、字段为空、字段未知，三种情况都要能继续工作；草案期的字段放在开关后面，回退就是关开关。",
            "en": "Add one contract test each to your servers and clients: field missing, empty, unknown, and all three must keep working; draft fields go behind a switch, and rolling back is turning it off.",
        },
    ),
    Playbook(
        "migration",
        _words(r"v?\d+\.\d+|release|发布|版本"),
        _words(
            r"deprecat|removed in|breaking change|by default (?:now|from)|now the default|becomes? the default|弃用|移除|破坏性|改为默认|默认精度|默认改为"
        ),
        {
            "zh": "升级前先列出这一版改了哪些默认值、弃用了哪些参数，在预发环境显式写死旧值再逐项放开；每放开一项看一次延迟与正确率，任何一项变差 2%（我们的建议值）就写回旧值。",
            "en": "Before upgrading, list the changed defaults and deprecated options; pin the old values in staging and release them one by one, watching latency and correctness; any that worsens by 2 % (our proposal) goes back.",
        },
        unless=_words(r"incident|malicious|alleg|lawsuit|事故|恶意"),
        never_beside=_words(r"bypass|smuggl|cve-|漏洞|绕过"),
        adopts=True,
    ),
    Playbook(
        "inference",
        _words(
            r"inference|serving|throughput|latency|kv.?cache|vllm|sglang|tensorrt|kernel|quanti|nvfp4|fp8|speculative|disaggregat|offload|推理|吞吐|延迟|显存|量化|加速"
        ),
        _words(r"throughput|latency|tokens?/s|tok/s|ttft|speedup|\d+(\.\d+)?x\b|tpgs|gpu|吞吐|延迟|首 ?token|倍"),
        {
            "zh": "用自己的输入、输出长度分布复测，prefill 与 decode 分开记：吞吐、首 token 时延 p95、每百万 token 成本。收益不到原文一半（我们的建议值）就不急着换，留在现有配置。",
            "en": "Re-measure with your own input and output lengths, prefill and decode apart: throughput, p95 time to first token, cost per million tokens. Below half of the reported gain (our proposal), keep the present set-up.",
        },
        unless=_words(r"flux|diffusion|image|video|speech|voice|transcri|tts|asr|sagemaker|图像|视频|语音|扩散"),
        adopts=True,
    ),
    Playbook(
        "training",
        _words(r"fine-?tun|lora|rlhf|\bsft\b|training|distill|微调|训练|蒸馏"),
        _words(r"dataset|epoch|learning rate|lora|fsdp|checkpoint|数据集|参数|检查点"),
        {
            "zh": "先固定三样再跑：数据版本、评测集、随机种子。小样本上用 LoRA 跑通，评测提升不到 1 个百分点（我们的建议值）就不上全量训练。",
            "en": "Pin three things first: data version, evaluation set, seed. Get LoRA working on a sample; below 1 percentage point of gain (our proposal), do not start the full run.",
        },
        unless=_words(r"incident|cache|serving|事故|缓存"),
        adopts=True,
    ),
    Playbook(
        "model",
        _words(r"gpt-\d|claude (opus|sonnet|haiku)|gemini \d|qwen ?\d|deepseek.?[vr]\d|kimi k\d|glm-\d"),
        _words(r"(coding|agentic|code|编程|代码|编码).{0,2000}(available|rolling|offered|support|api|开放|上线|可用)"),
        {
            "zh": "在非关键仓库做新旧模型对照：任务通过率、重试率、平均时长、工具调用失败率。重试率高出 2 个百分点（我们的建议值）就退回旧模型；模型名写进配置，不写死在代码里。",
            "en": "Compare old and new model on a non-critical repository: pass rate, retries, mean duration, failed tool calls. 2 percentage points more retries (our proposal) means going back; keep the model name in configuration.",
        },
        unless=_words(
            r"speech|voice|image|video|\blaw\b|alleg|lawsuit|watchdog|\bads?\b|mcp|inference|serving|语音|图像|视频|诉讼|指控|广告"
        ),
        adopts=True,
    ),
    Playbook(
        "agent-tool",
        _words(r"claude code|codex cli|copilot cli|cline|cursor|gemini cli|coding agent|编码代理"),
        _words(r"fixed|added|improved|修复|新增|改进"),
        {
            "zh": "把版本钉在配置里，先让一个小组用一天：看会话中断、工具调用失败、平均时长三项；任何一项比旧版多 20%（我们的建议值）就退回旧版本号。",
            "en": "Pin the version and let one team use it for a day: broken sessions, failed tool calls, mean duration; 20 % more of any (our proposal) means going back to the old version number.",
        },
        unless=_words(r"issue #|\blaw\b|alleg|lawsuit|watchdog|\bads?\b|hardware|reports? \"|诉讼|指控|广告|研究|论文"),
        never_beside=_words(r"bypass|sandbox|permission|inject|smuggl|cve-|漏洞|沙箱|权限"),
        adopts=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Status:
    """A state that a source's own update announces; the title says it."""

    cue: re.Pattern[str]
    name: Words


STATUSES = (
    Status(_words(r"paus|suspend|暂停"), {"zh": "更新：已暂停", "en": "update: paused"}),
    Status(_words(r"roll(ed|ing) back|revert|回滚"), {"zh": "更新：已回滚", "en": "update: rolled back"}),
    Status(_words(r"withdr[ae]w|retract|pulled|撤回|下架"), {"zh": "更新：已撤回", "en": "update: withdrawn"}),
    Status(_words(r"resolved|fixed|resum|恢复|已修复"), {"zh": "更新：已恢复", "en": "update: resolved"}),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject stories may share; the title or the printed passages must name it."""

    cue: re.Pattern[str]
    name: Words


TOPICS = (
    Topic(_words(r"prefix cach\w*|cache hits?|前缀缓存|缓存命中"), {"zh": "前缀缓存", "en": "prefix caching"}),
    Topic(_words(r"kv.?cache|offload\w*|缓存卸载|显存"), {"zh": "KV cache 与显存", "en": "KV cache and memory"}),
    Topic(_words(r"nvfp4|fp4|fp8|int4|quanti[sz]|量化|低精度"), {"zh": "低精度推理", "en": "low-precision inference"}),
    Topic(_words(r"\bmcp\b|model context protocol|工具协议"), {"zh": "MCP 与工具协议", "en": "MCP and tool protocols"}),
    Topic(_words(r"throughput|latency|tokens?/s|tpgs|ttft|吞吐|延迟|首 ?token"), {"zh": "推理吞吐与时延", "en": "throughput and latency"}),
    Topic(_words(r"claude code|codex|copilot|cline|cursor|gemini cli|coding agent|编码代理|编程助手"), {"zh": "编码代理", "en": "coding agents"}),
    Topic(_words(r"incident|outage|regression|reliab|root cause|load test|事故|回归|可靠性|压测"), {"zh": "可靠性", "en": "reliability"}),
    Topic(_words(r"permission|sandbox|policy|compliance|secur|vulnerab|audit|权限|沙箱|合规|安全|审计"), {"zh": "权限与安全", "en": "permissions and security"}),
    Topic(_words(r"fine-?tun|lora|\bsft\b|rlhf|微调|后训练"), {"zh": "微调与后训练", "en": "fine-tuning and post-training"}),
    Topic(_words(r"open weights?|open.?sourced?\b(?! (?:community|ecosystem))|apache 2|开源模型|开放权重|权重开放"), {"zh": "开源与开放权重", "en": "open source and open weights"}),
    Topic(_words(r"[$€¥]\s?\d|\d ?(?:美元|元)\b|pricing|per (?:million|1m) tokens|subscription|\bads?\b|计费|定价|订阅费|广告"), {"zh": "价格与成本", "en": "price and cost"}),
    Topic(_words(r"benchmark(?:s|ing)?\b|swe-bench|\bevals\b|评测集|基准测试"), {"zh": "评测", "en": "evaluation"}),
    Topic(_words(r"gb200|b200|h200|h100|blackwell|rubin|\btpus?\b|昇腾|国产芯片"), {"zh": "新硬件上的部署", "en": "new hardware"}),
    Topic(_words(r"opus 4|sonnet 4|gpt-5|gemini 3|qwen ?3|deepseek|glm-5|kimi"), {"zh": "新模型接入", "en": "new models"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Silence:
    """What a reader would ask of such a story; named as unknown when the whole text has no word of it."""

    title: re.Pattern[str]
    missing: re.Pattern[str]
    name: Words
    of_launches: bool = False
    """Asked only of something its maker launches."""
    unless: re.Pattern[str] = re.compile(r"\b(law|alleg\w*|lawsuit|watchdog|ads?)\b|诉讼|指控|广告", re.I)


SILENCES = (
    Silence(_words(r"throughput|inference|serving|kv.?cache|推理|吞吐"), _words(r"latency|ttft|time to first|p9[59]|itl|延迟|时延|首 ?token"), {"zh": "时延", "en": "latency"}),
    Silence(_words(r"gpt-|claude (opus|sonnet|haiku)|gemini \d|qwen ?\d"), _words(r"pric|\$|per million|cost|价格|费用|免费|free"), {"zh": "价格", "en": "price"}, of_launches=True),
    Silence(_words(r"open.?sourc|open weights|开源"), _words(r"licen[cs]e|apache|\bmit\b|bsd|许可"), {"zh": "许可证", "en": "license"}),
    Silence(_words(r"vulnerab|cve-|security|漏洞"), _words(r"version|patched|fixed in|版本|修复"), {"zh": "受影响与已修复的版本", "en": "affected and fixed versions"}),
    Silence(_words(r"paus|暂停"), _words(r"resum(e|ed|ing) (on|by|the|in)|恢复"), {"zh": "何时恢复", "en": "when it resumes"}),
)  # fmt: skip
