"""Words that mark things, in English and Chinese: the field, its makers, releases, opinion, money, code, puff.

Tables only; `rank` and the built-in writer read them.
"""

from __future__ import annotations

import re

from deepdaily.core.urls import domain, host


def cue(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


AI = cue(
    r"\b(ai|a\.i\.|llms?|gpt|genai|agents?|agentic|models?|inference|transformers?|rag|mcp|fine-?tun\w*|embeddings?|prompt\w*"
    r"|tokens?|kv.?cache|quanti[sz]\w*|diffusion|moe|lora|rlhf|machine learning|deep learning|neural|copilot|claude|gemini|codex|llama"
    r"|qwen|deepseek|mistral|vllm|sglang|pytorch|cuda|gpus?|tensorrt|nvfp4|openai|anthropic|hugging ?face|nvidia)\b"
    r"|人工智能|大模型|模型|智能体|推理|微调|训练|向量|提示词|多模态|机器学习|深度学习|英伟达|算力|上下文|检索增强"
)


CORE_AI = cue(
    r"\b(ai|llms?|gpt|agents?|agentic|inference|rag|mcp|fine-?tun\w*|kv.?cache|quanti[sz]\w*|moe|lora|rlhf|copilot|claude|gemini|codex"
    r"|llama|qwen|deepseek|mistral|vllm|sglang|llm-d|litellm|tensorrt|nvfp4|openai|anthropic|hugging ?face)\b|大模型|智能体|推理|微调|多模态|提示词"
)


LABS = cue(
    r"\b(openai|anthropic|google|deepmind|meta|mistral|xai|nvidia|microsoft|github|hugging ?face|aws|amazon|apple|deepseek|qwen"
    r"|alibaba|moonshot|kimi|zhipu|z\.ai|glm|minimax|bytedance|seed|baidu|tencent|stepfun|xiaomi|perplexity|cerebras|groq"
    r"|vllm|sglang|pytorch|llama\.cpp|cursor|cohere)\b"
    r"|阿里|通义|千问|月之暗面|智谱|字节|百度|腾讯|英伟达|谷歌|微软|苹果|亚马逊|阶跃|小米"
)


PRODUCTS = cue(
    r"\b(chatgpt|gpt-?\d[\w.\-]*|codex|claude|opus|sonnet|gemini|gemma|llama|grok|copilot|doubao|seed(?:ance|ream)|ernie|hunyuan|mimo)\b"
    r"|豆包|文心|混元|马斯克"
)
"""What the labs are known by: a title that names one of these names its maker too."""


MODEL = cue(
    r"\b(?:gpt|claude|opus|sonnet|haiku|gemini|gemma|llama|grok|qwen|kimi|glm|deepseek|minimax|mistral|codex|composer|mimo|hunyuan|seed\w*"
    r"|nemotron|phi|ernie|veo|sora|lyria|step|flux|ling|granite|[mkvr])[ -]?v?\d+(?:\.\d+)?"
)
"""A model with its number, `GLM-5` or `Opus 4.6`; a bare letter and digit (`M2.5`, `R1`) is the short name of one."""


RELEASE = cue(
    r"\b(releas\w+|launch\w*|introduc\w+|announc\w+|unveil\w*|now available|general(ly)? availab\w+|open.?sourc\w+|ships?|preview|rolls? out"
    r"|day 0|support)\b|发布|推出|开源|上线|公测|正式版|宣布"
)


EVENT_VERB = cue(
    r"\b(releas\w+|launch\w*|introduc\w+|announc\w+|unveil\w*|debuts?|now available|general(ly)? availab\w+|open.?sourc\w+|ships?|rolls? out"
    r"|rolling out|brings?|adds?|expands?|acquir\w+|raises|buys|signs|updates?|upgrades?|paus\w+|day 0|support)\b"
    r"|发布|推出|开源|上线|公测|正式版|宣布|收购|融资|亮相|登场|升级|暂停|發布|開源"
)
"""Something happened, money and pauses too: RELEASE alone in its place costs the ranking 0.006, cold 0.017."""


DOCUMENTATION = re.compile(
    r"^(?:docs|doc|documentation|help|learn|support)\.|/(?:docs|documentation|help|reference|guides?|samples|design|api)/",
    re.I,
)


DATED_PAGE = re.compile(
    r"/(?:blog|blogs|news|posts?|release[_-]?notes|releases|changelog|proposals?|community|seps?)(?:/|$)|/20\d\d", re.I
)


OPINION = cue(
    r"\b(why i|opinion|my take|thoughts on|how to|a guide|guide to|tutorial|getting started|tips|lessons|the case for|i built|show hn|ask hn"
    r"|what is|explained|introduction to|101|cheat ?sheet)\b|教程|入门|观点|随想|我为什么|盘点|指南"
)


BUSINESS = cue(
    r"\b(ads?|advertis\w+|branding|trademark|revenue|consumer|lawsuit|office|hires?|appoints?|partnership|customers? stor(y|ies))\b|广告|商标|品牌|营收|任命|合作伙伴"
)


MONEY = cue(
    r"\b(stocks?|shares|ipo|valuation|raises? \$|funding|earnings|investors?|wall street|market cap|nasdaq|billionaire|acquir\w+|layoffs?)\b"
    r"|股价|融资|估值|上市|财报|裁员|投资者|市值"
)


ROUNDUP = cue(
    r"\b(digest|weekly|roundup|newsletter|podcast|ainews|this week in|links? for|daily|week of|recap|forge 20\d\d|annual report|director update)\b"
    r"|周刊|日报|早报|晚报|合集|一周|每日"
)


REFERENCE = cue(
    r"\b(api reference|reference|configuration|overview|documentation|changelog template|faq|omit in toc)\b"
)


DEPTH = cue(
    r"\b(benchmark\w*|throughput|latency|p9[59]|ttft|tokens?/s|tok/s|speedup|kernel|prefill|decode|bandwidth|memory|batch size|profil\w+"
    r"|post-?mortem|root cause|incident|regression|cache|scheduler|protocol|spec|security|cve|vulnerab\w+|reproduc\w+|ablation|open weights"
    r"|flops|quanti[sz]\w+|fp8|fp4|nvfp4|rdma|nvlink|tensor parallel|expert parallel)\b|吞吐|延迟|时延|显存|带宽|算子|基准|复现|根因|事故|漏洞|调度|量化|协议|并发|缓存|命中率|首 ?token|批大小|实测|复测|压测|精度|参数|权重|基线|误差|内核|消融|准确率"
)


FIRST_PARTY = frozenset(
    "openai.com anthropic.com claude.com deepmind.google blog.google ai.google.dev mistral.ai x.ai ai.meta.com meta.com nvidia.com github.blog"
    " github.com githubstatus.com huggingface.co vllm.ai sglang.ai lmsys.org pytorch.org tensorflow.org amazon.com amazonaws.com microsoft.com azure.com"
    " apple.com qwen.ai qwenlm.github.io deepseek.com moonshot.ai moonshot.cn z.ai minimaxi.com modelcontextprotocol.io llm-d.ai kvcache-ai.github.io litellm.ai"
    " cursor.com ollama.com langchain.com llamaindex.ai pydantic.dev cloudflare.com databricks.com together.ai fireworks.ai modal.com cohere.com ray.io"
    " anyscale.com kubernetes.io cncf.io dify.ai cline.bot geminicli.com rust-lang.org python.org arxiv.org mini-swe-agent.com cloudwego.io higress.ai".split()
)


LAB_SITES = frozenset(
    "openai.com anthropic.com claude.com deepmind.google blog.google mistral.ai x.ai meta.com nvidia.com microsoft.com qwen.ai deepseek.com"
    " moonshot.ai z.ai minimaxi.com cohere.com github.blog githubstatus.com huggingface.co apple.com amazon.com".split()
)
"""A lab's own page names it, whatever its title says."""


NO_PUBLISHERS = frozenset("github.com arxiv.org huggingface.co".split())
"""Anybody may put a page there: being there says nothing about who speaks."""


def first_party(url: str) -> bool:
    """Whether the address is a known maker's own site."""
    return domain(url) in FIRST_PARTY or host(url) in FIRST_PARTY


def first_hand(url: str, title: str) -> bool:
    """Whether the maker speaks: a known maker's site, or one that bears the name of what the title is about."""
    label = domain(url).partition(".")[0].split("-")[0]
    return first_party(url) or (len(label) >= 4 and label in title.casefold())


# -- sentences: what may be printed, and what it says --

HANGING = re.compile(
    r"^(?:\W*)(?:this|that|these|those|they|it|its|he|she|his|her|their|such|both|however|but|and|or|also|instead|still|yet|then|so|thus|hence"
    r"|therefore|as a result|as such|similarly|likewise|meanwhile|moreover|furthermore|in addition|additionally|for example|for instance|e\.g|here"
    r"|above|below|the above|the following|the first|the second|the third|the last|the latter|one of (?:them|these|those)|the former|the same|another|finally|second|secondly|third|next|once again|in other words"
    r"|in contrast|on the other hand|of course|otherwise|because of this|for this|with this|to do this|to this end|together|at this point|the (?:reason|result|problem|date|change|fix|idea|goal|answer|difference|flush\w*))\b"
    r"|^\W*(?:where|when|if|while|based on|because|since|although)\b[^,.]{0,80},\s(?:it|they|he|she)\b|^\W*(?:where|when)\b[^.]{0,40}\bit\b"
    r"|\b(?:this|these|those|such) (?!(?:week|month|year|quarter|morning|time|is|are|was|means|has|can|will)\b)[a-z]|^.{0,70}\balso\b"
    r"|^\W*(?:这|那|该|它|他|她|其|此|但|然而|不过|同时|因此|所以|于是|另外|此外|而且|并且|例如|比如|如图|如下|如上|上述|以上|以下|前者|后者|接下来|最后|其次|首先|另一|也就是说|换句话说|总之|可见|具体来说|对此)",
    re.I,
)


BOILERPLATE = cue(
    r"\b(also available (?:on|at|in)|will continue to|subscribe|sign up|cookies?|all rights reserved|share this|table of contents|read more|click here|follow us|newsletter|join our"
    r"|contact us|learn more|source code \((zip|tar)|pull request|view on github|edit this page|estimated reading|min read|written by|posted (on|by|in)"
    r"|image credit|photo by|advertisement|sponsored|terms of (service|use)|privacy policy|thank(s| you)|acknowledg|special thanks|full changelog"
    r"|new contributors|star us|register now|save your spot|webinar|in this (post|blog|article|guide|tutorial|section|series)|this (post|blog|article) "
    r"|truncate|omit in toc|deeper dive|up-to-date reference|for more (?:details|information)|youtube|recordings?|community calls?|slack|discord|see (the|our) (docs|documentation|guide|blog)|check out|stay tuned|try it (now|today|out))\b"
    r"|订阅|关注我们|公众号|扫码|点击|版权|转载|目录|阅读原文|本文(将|主要|介绍|作者)|投稿|广告|加入群|致谢|欢迎|更多内容"
)


PUFF = cue(
    r"\b(excited|thrilled|proud|delighted|happy to|pleased to|game.?chang\w+|revolutioni\w+|unlock\w*|seamless\w*|world.?class|cutting.?edge|best.in.class"
    r"|effortless\w*|supercharge\w*|empower\w*|journey|unprecedented)\b|激动|自豪|颠覆|重磅|震撼|王炸|炸裂|赋能"
)


SPEAKING = cue(r"\b(we|we're|we've|our|i|i'm|i've|you|your|my|let's|me)\b|我们|我|你|咱们")


NEWS = cue(
    r"\b(announc\w+|introduc\w+|releas\w+|launch\w*|unveil\w*|now (?:available|supports?)|generally available|open.?sourc\w+|paus\w+|rolling out|starting to"
    r"|expands?|adds?|disclos\w+|alleg\w+|deprecat\w+|was merged|proposes?|achiev\w+|has (?:released|moved|extended|achieved|added)|ships? with)\b"
    r"|发布|推出|开源|上线|宣布|披露|暂停|新增|弃用|提出|达到"
)


EVENT = cue(
    r"\b(announc\w+|introduc\w+|releas\w+|launch\w*|unveil\w*|present\w*|propos\w+|is (now )?(generally )?available|open.?sourc\w+|ships?|adds?|support(s|ed)?"
    r"|reduc\w+|improv\w+|enabl\w+|fix(es|ed)|paus\w+|disclos\w+|alleg\w+|reports?|published|describes?|defines?|standardi\w+|extends?|is an?|are|offers?"
    r"|starting to|rolling out|caused?|achiev\w+|deprecat\w+|starts?)\b|发布|推出|开源|上线|宣布|支持|提出|介绍|披露|修复|暂停|是一|新增|改进|引入|实现|达到"
)


VERB = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|can|will|does|do|now|no longer|[a-z]{3,}(?:ed|es|ize|ise))\b|^[A-Z][a-z]+(?:ed|s)\b"
    r"|^(?:Add|Fix|Support|Allow|Improve|Remove|Enable|Block|Prevent|Use|Make|Update)\b|[\u4e00-\u9fff]{4,}"
)


WHY = cue(
    r"\b(why (this|it) matters|matters? because|which (means|matters)|this means|that means|is (critical|crucial|essential|important)|are (critical|crucial|essential)"
    r"|important because|bottleneck\w*|the (main|key|core|real|biggest) (problem|challenge|issue|reason)|without (it|this|a|an|any)|in practice|costs? of|fragile"
    r"|wastes?|root cause|limits?|limited|the reason)\b|意味着|关键在于|瓶颈|痛点|重要的是|原因(在于|是)|根因|代价|难点|之所以"
)


ACTION = cue(
    r"\b(deprecat\w+|removed (in|from)|breaking changes?|must|has to|have to|no longer|by default|migrate)\b|弃用|移除|必须|不再|需要(升级|迁移)|默认改为|破坏性"
)


FOLLOWS = cue(
    r"\b(will (be|no longer|now|also|become|ship|support|require|continue|add|land|follow)|plans? to|planned|upcoming|next (release|version|step|quarter|month)|coming (weeks|months|soon)"
    r"|expected to|roadmap|future work|deprecat\w+|breaking changes?|must (upgrade|migrate|enable|update)|should (upgrade|migrate|update)|no longer|will be removed"
    r"|has to enable|pausing|starting (in|with|from)|by the end of)\b|计划|即将|将(在|于|会|支持|推出|继续|被)|后续|下一步|路线图|弃用|不再支持|需要升级|破坏性变更|暂停"
)


CODE = re.compile(
    r"[{}<>]{1}|=>|==|::|\(\)|;\s*$|^\s*(?:def|class|import|from|return|curl|pip|npm|docker|sudo|\$|#|//|/\*)\s|\w+\s=\s\w|`{3}|\\n|--\w+="
)


RESULT = cue(
    r"\b(\d+(\.\d+)?x|faster|slower|higher|lower|reduc\w+|increas\w+|improv\w+|compared|versus|vs|up to|down to|from .{1,40} to|achiev\w+|cuts?|saves?|drops?|doubl\w+)\b"
    r"|提升|提高|降低|降到|减少|达到|超过|相比|节省|倍"
)


POINTING = cue(
    r"\b(figures? \d|table \d|fig\.|section \d|listing \d|shown (above|below|in)|as shown|we (start|begin|now|next|will|first|then) |say,? \d|let us|divided by)\b"
    r"|如图|图 ?\d|表 ?\d|下图|上图|下表|见第"
)


DUTY = cue(r"\b(should|must|needs?) (be|have|to)\b|pre-?installed|prerequisites?|需要先|前提")


ORDERS = cue(
    r"^\W*(?:save|run|use|install|note|see|add|set|open|create|click|copy|replace|make sure|be sure|remember|consider|let's|if you|to (?:run|use|install|get|see|learn)|visit|refer|write|start|find|deploy|choose|check)\b"
    r"|^(?:请|运行|执行|安装|打开|点击|注意|参见|参考|如果你)"
)


META = re.compile(
    r"^\W*(?:date|author\w*|status|type|created|updated|published|version|tags?|category|sponsor|pr|by|last modified|日期|作者|编辑|来源|发布时间|标签)\s*(?:\(s\))?\s*[:：]", re.I
)  # fmt: skip

TRADE = frozenset(
    "p50 p90 p95 p99 p999 ttft tpot itl qps rps slo sla api sdk cli ci cd gpu cpu ram vram ssd nvme oom kv llm rag ab pr"
    " json http https url sql ui ux id ip k8s git csv yaml toml diff token tokens prefill decode agent prompt batch"
    " ids apis llms gpus cpus urls clis sdks slos kpi kpis mvp poc roi".split()
)
"""Words of the trade in Latin letters: what a judgement may use without a source, as they name no product."""
