"""What the built-in writer knows beside the sources: playbooks, states, topics, silences.

Here is when each applies; what it says is in `words`, by its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from deepdaily.core.lexicon import cue

NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Playbook:
    """When the advice of its name in `words` is given: for one kind of story, by the harm or the gain it is about.

    Used when the title fits `title` and not `unless`, the text fits `text`, and nothing printed fits `never_beside`.
    """

    name: str
    title: re.Pattern[str]
    text: re.Pattern[str]
    unless: re.Pattern[str] = NEVER
    never_beside: re.Pattern[str] = NEVER
    adopts: bool = False
    """Advice on trying a new thing: none while it is paused or withdrawn."""


PLAYBOOKS = (
    Playbook(
        "compromise",
        cue(r"malicious|backdoor|stealer|hijack|compromis|typosquat|exfiltrat|supply.chain|投毒|后门|恶意|劫持|窃取"),
        cue(r"token|secret|credential|environment variable|key|凭证|密钥|环境变量|令牌"),
    ),
    Playbook(
        "vulnerability",
        cue(r"\bcve-|vulnerab|exploit|injection|bypass|漏洞|注入|绕过|越权"),
        cue(r"patch|fixed in|upgrade|mitigat|affected|advisory|修复|升级|受影响|缓解|补丁"),
    ),
    Playbook(
        "incident",
        cue(r"incident|outage|post-?mortem|root cause|事故|故障|宕机|复盘"),
        cue(r"root cause|timeline|remediat|revert|fallback|mitigat|根因|时间线|回滚|修复"),
    ),
    Playbook(
        "protocol",
        cue(r"\bsep-\d+|protocol|\bspec(ification)?\b|schema|协议|规范"),
        cue(r"\b(field|key|header|metadata|property)\b|字段|报头|元数据"),
    ),
    Playbook(
        "migration",
        cue(r"v?\d+\.\d+|release|发布|版本"),
        cue(
            r"deprecat|removed in|breaking change|by default (?:now|from)|now the default|becomes? the default|弃用|移除|破坏性|改为默认|默认精度|默认改为"
        ),
        unless=cue(r"incident|malicious|alleg|lawsuit|事故|恶意"),
        never_beside=cue(r"bypass|smuggl|cve-|漏洞|绕过"),
        adopts=True,
    ),
    Playbook(
        "inference",
        cue(
            r"inference|serving|throughput|latency|kv.?cache|vllm|sglang|tensorrt|kernel|quanti|nvfp4|fp8|speculative|disaggregat|offload|推理|吞吐|延迟|显存|量化|加速"
        ),
        cue(r"throughput|latency|tokens?/s|tok/s|ttft|speedup|\d+(\.\d+)?x\b|tpgs|gpu|吞吐|延迟|首 ?token|倍"),
        unless=cue(r"flux|diffusion|image|video|speech|voice|transcri|tts|asr|sagemaker|图像|视频|语音|扩散"),
        adopts=True,
    ),
    Playbook(
        "training",
        cue(r"fine-?tun|lora|rlhf|\bsft\b|training|distill|微调|训练|蒸馏"),
        cue(r"dataset|epoch|learning rate|lora|fsdp|checkpoint|数据集|参数|检查点"),
        unless=cue(r"incident|cache|serving|事故|缓存"),
        adopts=True,
    ),
    Playbook(
        "model",
        cue(r"gpt-\d|claude (opus|sonnet|haiku)|gemini \d|qwen ?\d|deepseek.?[vr]\d|kimi k\d|glm-\d"),
        cue(r"(coding|agentic|code|编程|代码|编码).{0,2000}(available|rolling|offered|support|api|开放|上线|可用)"),
        unless=cue(
            r"speech|voice|image|video|\blaw\b|alleg|lawsuit|watchdog|\bads?\b|mcp|inference|serving|语音|图像|视频|诉讼|指控|广告"
        ),
        adopts=True,
    ),
    Playbook(
        "agent-tool",
        cue(r"claude code|codex cli|copilot cli|cline|cursor|gemini cli|coding agent|编码代理"),
        cue(r"fixed|added|improved|修复|新增|改进"),
        unless=cue(r"issue #|\blaw\b|alleg|lawsuit|watchdog|\bads?\b|hardware|reports? \"|诉讼|指控|广告|研究|论文"),
        never_beside=cue(r"bypass|sandbox|permission|inject|smuggl|cve-|漏洞|沙箱|权限"),
        adopts=True,
    ),
)


STATUSES = {
    "paused": cue(r"paus|suspend|暂停"),
    "rolled-back": cue(r"roll(ed|ing) back|revert|回滚"),
    "withdrawn": cue(r"withdr[ae]w|retract|pulled|撤回|下架"),
    "resolved": cue(r"resolved|fixed|resum|恢复|已修复"),
}
"""A state that a source's own update announces; the title says it."""

TOPICS = {
    "prefix-caching": cue(r"prefix cach\w*|cache hits?|前缀缓存|缓存命中"),
    "kv-cache": cue(r"kv.?cache|offload\w*|缓存卸载|显存"),
    "low-precision": cue(r"nvfp4|fp4|fp8|int4|quanti[sz]|量化|低精度"),
    "mcp": cue(r"\bmcp\b|model context protocol|工具协议"),
    "throughput": cue(r"throughput|latency|tokens?/s|tpgs|ttft|吞吐|延迟|首 ?token"),
    "coding-agents": cue(r"claude code|codex|copilot|cline|cursor|gemini cli|coding agent|编码代理|编程助手"),
    "reliability": cue(r"incident|outage|regression|reliab|root cause|load test|事故|回归|可靠性|压测"),
    "permissions": cue(r"permission|sandbox|policy|compliance|secur|vulnerab|audit|权限|沙箱|合规|安全|审计"),
    "training": cue(r"fine-?tun|lora|\bsft\b|rlhf|微调|后训练"),
    "open-weights": cue(r"open weights?|open.?sourced?\b(?! (?:community|ecosystem))|apache 2|开源模型|开放权重|权重开放"),
    "price": cue(r"[$€¥]\s?\d|\d ?(?:美元|元)\b|pricing|per (?:million|1m) tokens|subscription|\bads?\b|计费|定价|订阅费|广告"),
    "evaluation": cue(r"benchmark(?:s|ing)?\b|swe-bench|\bevals\b|评测集|基准测试"),
    "new-hardware": cue(r"gb200|b200|h200|h100|blackwell|rubin|\btpus?\b|昇腾|国产芯片"),
    "new-models": cue(r"opus 4|sonnet 4|gpt-5|gemini 3|qwen ?3|deepseek|glm-5|kimi"),
}  # fmt: skip
"""A subject stories may share; the title or the printed passages must name it."""


@dataclass(frozen=True, slots=True)
class Silence:
    """What a reader would ask of such a story; named as unknown when the whole text has no word of it."""

    name: str
    title: re.Pattern[str]
    missing: re.Pattern[str]
    of_launches: bool = False
    """Asked only of something its maker launches."""
    unless: re.Pattern[str] = re.compile(r"\b(law|alleg\w*|lawsuit|watchdog|ads?)\b|诉讼|指控|广告", re.I)


SILENCES = (
    Silence("latency", cue(r"throughput|inference|serving|kv.?cache|推理|吞吐"), cue(r"latency|ttft|time to first|p9[59]|itl|延迟|时延|首 ?token")),
    Silence("price", cue(r"gpt-|claude (opus|sonnet|haiku)|gemini \d|qwen ?\d"), cue(r"pric|\$|per million|cost|价格|费用|免费|free"), of_launches=True),
    Silence("license", cue(r"open.?sourc|open weights|开源"), cue(r"licen[cs]e|apache|\bmit\b|bsd|许可")),
    Silence("fixed-versions", cue(r"vulnerab|cve-|security|漏洞"), cue(r"version|patched|fixed in|版本|修复")),
    Silence("resumption", cue(r"paus|暂停"), cue(r"resum(e|ed|ing) (on|by|the|in)|恢复")),
)  # fmt: skip
