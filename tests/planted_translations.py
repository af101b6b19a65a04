"""Sentences of the kinds a daily prints, in our own words, each with a true translation and one in which a fault is planted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Planted = Literal["number", "unit", "negation", "direction", "name", "hedge", "range", "per", "date"]


class Pair(NamedTuple):
    """One sentence: as its source says it, as a translator should say it, and as none may."""

    kind: Planted
    source: str
    true: str
    faulty: str


ENGLISH: Sequence[Pair] = (
    Pair(
        "number",
        "On 8 GPUs the new scheduler reached 31% higher throughput than version 2.3.",
        "在 8 张 GPU 上，新调度器的吞吐比 2.3 版高 31%。",
        "在 8 张 GPU 上，新调度器的吞吐比 2.3 版高 13%。",
    ),
    Pair(
        "number",
        "The dataset holds 1.2 million conversations in 14 languages.",
        "该数据集包含 14 种语言的 120 万段对话。",
        "该数据集包含 14 种语言的 12 万段对话。",
    ),
    Pair(
        "number",
        "Quillserve v0.12.1 fixes a crash in the tokenizer that appeared with inputs of more than 32,768 tokens.",
        "Quillserve v0.12.1 修复了分词器的一个崩溃，该崩溃出现在输入超过 32,768 个 token 时。",
        "Quillserve v0.12.2 修复了分词器的一个崩溃，该崩溃出现在输入超过 32,768 个 token 时。",
    ),
    Pair(
        "number",
        "Three maintainers reviewed 240 pull requests in the last quarter.",
        "上个季度，三位维护者审阅了 240 个拉取请求。",
        "上个季度，五位维护者审阅了 240 个拉取请求。",
    ),
    Pair(
        "number",
        "Training took 11 days on 512 accelerators and cost $1.4 million.",
        "训练在 512 块加速卡上用了 11 天，花费 140 万美元。",
        "训练在 512 块加速卡上用了 11 天，花费 140 亿美元。",
    ),
    Pair(
        "unit",
        "The median time to first token dropped from 410 ms to 86 ms.",
        "首个 token 的时间中位数从 410 毫秒降到 86 毫秒。",
        "首个 token 的时间中位数从 410 秒降到 86 秒。",
    ),
    Pair(
        "unit",
        "Each replica needs 24 GB of memory and one disk of 4 TB.",
        "每个副本需要 24 GB 内存和一块 4 TB 的磁盘。",
        "每个副本需要 24 MB 内存和一块 4 TB 的磁盘。",
    ),
    Pair(
        "unit",
        "The price of the large model falls from $15 to $9 for a million output tokens.",
        "大模型每百万输出 token 的价格从 15 美元降到 9 美元。",
        "大模型每百万输出 token 的价格从 15 元降到 9 元。",
    ),
    Pair(
        "unit", "Backups are kept for 30 days and deleted after that.", "备份保留 30 天，之后删除。", "备份保留 30 个月，之后删除。"
    ),
    Pair(
        "negation",
        "The fix does not change the default value of the flag.",
        "该修复不改变这个参数的默认值。",
        "该修复改变了这个参数的默认值。",
    ),
    Pair("negation", "Customer prompts were never written to the log.", "客户的提示词从未写入日志。", "客户的提示词一直写入日志。"),
    Pair(
        "negation",
        "The new endpoint supports streaming and structured output.",
        "新端点支持流式输出和结构化输出。",
        "新端点不支持流式输出和结构化输出。",
    ),
    Pair(
        "negation",
        "Without a valid certificate the client refuses to connect.",
        "没有有效证书时，客户端拒绝连接。",
        "有有效证书时，客户端会连接。",
    ),
    Pair(
        "negation",
        "The old API will no longer accept requests after the migration.",
        "迁移之后，旧 API 将不再接受请求。",
        "迁移之后，旧 API 将继续接受请求。",
    ),
    Pair(
        "negation",
        "Keys that were created before the incident cannot be used any more.",
        "事故之前创建的密钥已经无法使用。",
        "事故之前创建的密钥仍然可以使用。",
    ),
    Pair(
        "direction",
        "Prefix caching makes long conversations faster and memory use lower.",
        "前缀缓存让长对话更快，内存占用更低。",
        "前缀缓存让长对话更慢，内存占用更低。",
    ),
    Pair(
        "direction",
        "Error rates increased after the rollout and were reported within minutes.",
        "上线之后错误率上升，几分钟之内就有人报告。",
        "上线之后错误率下降，几分钟之内就有人报告。",
    ),
    Pair(
        "direction",
        "Power draw per rack was cut by 18% while latency stayed the same.",
        "每个机柜的功耗降低了 18%，时延保持不变。",
        "每个机柜的功耗提高了 18%，时延保持不变。",
    ),
    Pair("direction", "Larger batches raise throughput.", "更大的批次会提高吞吐。", "更小的批次会提高吞吐。"),
    Pair("direction", "Telemetry is disabled by default in the new release.", "新版本默认禁用遥测。", "新版本默认启用遥测。"),
    Pair("direction", "The weights of the small model are public.", "小模型的权重是公开的。", "小模型的权重是私有的。"),
    Pair(
        "name",
        "Redis replaces Memcached as the default cache of the gateway.",
        "Redis 取代 Memcached，成为网关的默认缓存。",
        "Redis 取代 RabbitMQ，成为网关的默认缓存。",
    ),
    Pair(
        "name",
        "Google and Anthropic signed an agreement on shared evaluation suites.",
        "谷歌和 Anthropic 就共享评测集签署了协议。",
        "微软和 Anthropic 就共享评测集签署了协议。",
    ),
    Pair(
        "name",
        "Set `max_num_seqs` to 256 if the GPU is an H200.",
        "如果 GPU 是 H200，请把 `max_num_seqs` 设为 256。",
        "如果 GPU 是 H100，请把 `max_num_seqs` 设为 256。",
    ),
    Pair(
        "name",
        "The flag --enable-chunked-prefill is on for all models of the Heron family.",
        "对 Heron 系列的所有模型，--enable-chunked-prefill 参数都已打开。",
        "对 Heron 系列的所有模型，--enable-chunked-decode 参数都已打开。",
    ),
    Pair(
        "name",
        "Copse 3.2 runs every shell command of the agent in a sandbox.",
        "Copse 3.2 让智能体的每条 shell 命令都在沙箱里运行。",
        "3.2 让智能体的每条 shell 命令都在沙箱里运行。",
    ),
    Pair(
        "hedge",
        "The change may break plugins that read the cache directly.",
        "这一改动可能会破坏直接读取缓存的插件。",
        "这一改动会破坏直接读取缓存的插件。",
    ),
    Pair("hedge", "General availability is expected in the second quarter.", "预计第二季度正式可用。", "第二季度已正式可用。"),
    Pair(
        "hedge",
        "Decoding is up to 2.4 times faster with the new kernel.",
        "使用新内核，解码速度最多可达原来的 2.4 倍。",
        "使用新内核，解码速度是原来的 2.4 倍。",
    ),
    Pair(
        "hedge", "About 400 repositories were affected by the leak.", "约 400 个仓库受这次泄露影响。", "400 个仓库受这次泄露影响。"
    ),
    Pair(
        "hedge",
        "The team plans to open the weights later this year.",
        "团队计划在今年晚些时候开放权重。",
        "团队在今年晚些时候开放了权重。",
    ),
    Pair(
        "hedge",
        "At least 12 reviewers have to agree before a benchmark is published.",
        "基准测试发布之前，至少要有 12 位评审同意。",
        "基准测试发布之前，要有 12 位评审同意。",
    ),
    Pair(
        "range",
        "Startup takes between 20 and 35 seconds on a cold node.",
        "在冷节点上启动需要 20 到 35 秒。",
        "在冷节点上启动需要 35 秒。",
    ),
    Pair(
        "range",
        "Inference became 61–88% cheaper on the tested workloads.",
        "在测试的负载上，推理便宜了 61% 到 88%。",
        "在测试的负载上，推理便宜了 88%。",
    ),
    Pair(
        "range",
        "The context window grows from 64K to 256K tokens.",
        "上下文窗口从 64K 增加到 256K token。",
        "上下文窗口从 256K 增加到 64K token。",
    ),
    Pair(
        "per",
        "The service handles 7,360 tokens per GPU and second.",
        "该服务每张 GPU 每秒处理 7,360 个 token。",
        "该服务每秒处理 7,360 个 token。",
    ),
    Pair("per", "The free tier allows 50 requests per day.", "免费档每天允许 50 次请求。", "免费档允许 50 次请求。"),
    Pair("per", "A seat costs 19 dollars per user and month.", "每位用户每月 19 美元。", "每位用户 19 美元。"),
    Pair("date", "The preview ends on March 3, 2027.", "预览于 2027 年 3 月 3 日结束。", "预览于 2027 年 3 月 8 日结束。"),
    Pair(
        "date",
        "Requests failed between Tuesday evening and Wednesday morning.",
        "请求从周二晚上到周三早上失败。",
        "请求从周二晚上到周五早上失败。",
    ),
    Pair(
        "date",
        "The last security update for the 1.x line was published in October.",
        "1.x 系列的最后一次安全更新发布于 10 月。",
        "1.x 系列的最后一次安全更新发布于 12 月。",
    ),
    Pair("date", "Both models will be switched off next week.", "两个模型都将在下周关闭。", "两个模型都将在下个月关闭。"),
)

CHINESE: Sequence[Pair] = (
    Pair(
        "number",
        "新版本把推理成本压低了 40%，并支持 128K 上下文。",
        "The new version cuts inference cost by 40% and supports a context of 128K.",
        "The new version cuts inference cost by 14% and supports a context of 128K.",
    ),
    Pair(
        "number",
        "该模型共有 2350 亿参数，每个 token 激活 220 亿。",
        "The model has 235 billion parameters in total and activates 22 billion for each token.",
        "The model has 235 billion parameters in total and activates 2.2 billion for each token.",
    ),
    Pair(
        "unit",
        "冷启动时间从 90 秒缩短到 12 秒。",
        "Cold start time was shortened from 90 seconds to 12 seconds.",
        "Cold start time was shortened from 90 minutes to 12 minutes.",
    ),
    Pair(
        "unit",
        "青鹭 2.4 在单卡上需要 48 GB 显存。",
        "青鹭 2.4 needs 48 GB of GPU memory on a single card.",
        "青鹭 2.4 needs 48 TB of GPU memory on a single card.",
    ),
    Pair(
        "negation",
        "升级之后不需要重启服务。",
        "The service does not have to be restarted after the upgrade.",
        "The service has to be restarted after the upgrade.",
    ),
    Pair(
        "negation",
        "旧密钥已无法使用，请尽快更换。",
        "Old keys can no longer be used; please replace them soon.",
        "Old keys can be used again; please replace them soon.",
    ),
    Pair(
        "direction",
        "启用量化之后，精度略有下降，速度明显加快。",
        "With quantization enabled, accuracy drops slightly and speed improves clearly.",
        "With quantization enabled, accuracy rises slightly and speed improves clearly.",
    ),
    Pair(
        "direction",
        "吞吐提高了一倍，时延没有变化。",
        "Throughput doubled, and latency did not change.",
        "Throughput halved, and latency did not change.",
    ),
    Pair(
        "name",
        "阿里巴巴开源了 Qwen3-Coder 的全部权重。",
        "Alibaba has open-sourced all weights of Qwen3-Coder.",
        "Tencent has open-sourced all weights of Qwen3-Coder.",
    ),
    Pair(
        "name",
        "这一漏洞影响使用 Nginx 作为反向代理的部署。",
        "The vulnerability affects deployments that use Nginx as a reverse proxy.",
        "The vulnerability affects deployments that use Apache as a reverse proxy.",
    ),
    Pair("hedge", "该功能预计下个月上线。", "The feature is expected to go live next month.", "The feature went live next month."),
    Pair("hedge", "解码速度最高提升 3 倍。", "Decoding speed improves by up to 3 times.", "Decoding speed improves by 3 times."),
    Pair("hedge", "部分用户可能会看到更高的时延。", "Some users may see higher latency.", "Some users see higher latency."),
    Pair("range", "单次任务耗时 3 到 5 分钟。", "A single task takes 3 to 5 minutes.", "A single task takes 5 minutes."),
    Pair(
        "range",
        "参数量介于 70 亿和 130 亿之间。",
        "The number of parameters lies between 7 billion and 13 billion.",
        "The number of parameters is 13 billion.",
    ),
    Pair("per", "输入价格为每百万 token 2 元。", "Input is priced at 2 yuan per million tokens.", "Input is priced at 2 yuan."),
    Pair(
        "per",
        "平台每小时处理约 60 万次请求。",
        "The platform handles about 600,000 requests per hour.",
        "The platform handles about 600,000 requests.",
    ),
    Pair(
        "date",
        "公测将于 2 月 20 日开始。",
        "The public beta will start on February 20.",
        "The public beta will start on February 26.",
    ),
)

PAIRS: Sequence[Pair] = (*ENGLISH, *CHINESE)

SAMPLE_DAY: Sequence[tuple[str, str]] = (
    (
        "Halyard v0.9.0 released: KV cache offload to NVMe, FP8 KV cache by default",
        "Halyard v0.9.0 发布：KV cache 卸载到 NVMe，默认使用 FP8 KV cache",
    ),
    (
        "Halyard v0.9.0 is a release of the open-source inference engine that moves cold KV cache blocks from GPU memory to host memory and NVMe, and stores the KV cache in FP8 unless a model asks for more.",
        "Halyard v0.9.0 是这款开源推理引擎的一个版本，它把冷的 KV cache 块从 GPU 内存移到主机内存和 NVMe，并以 FP8 存储 KV cache，除非模型要求更高精度。",
    ),
    (
        "On a 32K-token shared prefix, time to first token falls from 1.9 s when the prefix is recomputed to 0.52 s from NVMe and 0.14 s from host memory, measured at 8 concurrent requests.",
        "在 32K token 的共享前缀上，首个 token 的时间从重新计算前缀时的 1.9 秒降到从 NVMe 读取的 0.52 秒和从主机内存读取的 0.14 秒，在 8 个并发请求下测得。",
    ),
    (
        "FP8 KV cache by default: a 70B model with grouped-query attention needs 160 KiB a token instead of 320 KiB, so four H100 GPUs hold 1.28 million tokens instead of 640,000.",
        "默认使用 FP8 KV cache：采用分组查询注意力的 70B 模型每个 token 需要 160 KiB，而不是 320 KiB，因此四张 H100 GPU 可容纳 128 万个 token，而不是 64 万个。",
    ),
    (
        "In agent traffic 70 to 85 % of the prompt tokens of a turn were already computed one turn earlier, and the gap between two turns is often longer than the block survives in GPU memory.",
        "在智能体流量中，一轮的提示 token 有 70% 到 85% 在上一轮已经计算过，而两轮之间的间隔往往比缓存块在 GPU 内存中存活的时间更长。",
    ),
    (
        "FP8 KV cache costs 0.1 to 0.3 points on long-context retrieval tests; models with known trouble are pinned to BF16 in a list that ships with the engine.",
        "FP8 KV cache 在长上下文检索测试中损失 0.1 到 0.3 分；已知有问题的模型在随引擎附带的列表中固定为 BF16。",
    ),
    (
        "The old swap space option is deprecated and will be removed in v0.11; deployments that set it must move to the tier settings.",
        "旧的交换空间选项已弃用，将在 v0.11 中移除；设置了它的部署必须改用分层设置。",
    ),
    (
        "The next release will add a shared tier, so that several engine instances on one rack can read the same NVMe pool over RDMA.",
        "下一个版本将增加共享层，使同一机架上的多个引擎实例可以通过 RDMA 读取同一个 NVMe 池。",
    ),
    (
        "Sorrel-30B-A3B released: open weights MoE with 3.1 billion active parameters, Apache 2.0",
        "Sorrel-30B-A3B 发布：开放权重的 MoE，31 亿激活参数，Apache 2.0",
    ),
    (
        "The model has 48 layers with 128 experts each, of which 8 are chosen for a token, and grouped-query attention with 4 KV heads.",
        "该模型有 48 层，每层 128 个专家，每个 token 选择其中 8 个，并采用带 4 个 KV 头的分组查询注意力。",
    ),
    (
        "Quantized to 4 bits it needs 17.2 GB and runs on a single 24 GB GPU with 32K tokens of context.",
        "量化到 4 位后，它需要 17.2 GB，可在单张 24 GB GPU 上以 32K token 的上下文运行。",
    ),
    (
        "On a coding agent task set of 300 repositories it solves 41.7 %, against 44.0 % for a dense 32B model that reads ten times as many weights for each token.",
        "在一个包含 300 个仓库的编码智能体任务集上，它解决了 41.7%，而每个 token 读取十倍权重的稠密 32B 模型为 44.0%。",
    ),
    (
        "On one H100 GPU the BF16 model gives 212 tokens/s for one user, against 38 tokens/s for the dense model.",
        "在一张 H100 GPU 上，BF16 模型为一个用户提供每秒 212 个 token，而稠密模型为每秒 38 个 token。",
    ),
    (
        "Pretraining took 11.8 trillion tokens and 410,000 GPU hours on H100.",
        "预训练使用了 11.8 万亿个 token，在 H100 上耗时 41 万 GPU 小时。",
    ),
    (
        "Half of the post-training data are tool-use traces that were checked by running them; adding them raised the share of valid tool calls from 91 % to 98.6 %.",
        "后训练数据的一半是通过运行验证过的工具使用轨迹；加入它们后，有效工具调用的比例从 91% 提高到 98.6%。",
    ),
    (
        "The bottleneck is capacity, not arithmetic: recomputing 32K tokens on four H100 GPUs takes 1.5 s of pure prefill, while the same 5.4 GB of FP8 blocks cross a PCIe 5.0 link in well under 200 ms.",
        "瓶颈在于容量，而不是计算：在四张 H100 GPU 上重新计算 32K token 需要 1.5 秒的纯 prefill，而同样 5.4 GB 的 FP8 块通过 PCIe 5.0 链路远不到 200 毫秒。",
    ),
)
"""Sentences of the sample day, with translations that were written after the rules of the check."""

SAMPLE_FAULTS: Sequence[tuple[int, str, str]] = (
    (0, "v0.9.0", "v0.9.1"),
    (0, "默认使用", "默认关闭"),
    (1, "，除非模型要求更高精度", ""),
    (2, "从重新计算前缀时的 1.9 秒降到从 NVMe 读取的 0.52 秒", "从重新计算前缀时的 0.52 秒升到从 NVMe 读取的 1.9 秒"),
    (2, "0.14 秒", "0.14 毫秒"),
    (3, "，而不是 320 KiB", "，即 320 KiB"),
    (3, "每个 token 需要", "需要"),
    (4, "70% 到 85%", "85%"),
    (4, "更长", "更短"),
    (5, "固定为 BF16", "固定为 FP16"),
    (5, "0.1 到 0.3 分", "0.3 分"),
    (6, "已弃用，将在", "已弃用，已在"),
    (6, "必须", "不必"),
    (7, "可以通过", "无法通过"),
    (7, "RDMA", "TCP"),
    (8, "31 亿", "310 亿"),
    (9, "每层 128 个专家", "共 128 个专家"),
    (11, "41.7%", "47.1%"),
    (12, "每秒 212", "每分钟 212"),
    (13, "11.8 万亿", "11.8 亿"),
    (14, "提高到", "降低到"),
    (14, "一半", "四分之一"),
    (15, "而不是计算", "也是计算"),
    (15, "远不到 200", "超过 200"),
    (10, "24 GB GPU", "24 GB CPU"),
    (13, "H100", "H200"),
)
"""By place in SAMPLE_DAY what is said in its translation, and what is said instead."""
