"""Other names of one thing: Chinese to Latin, and words that say the same of an event, so that titles of two languages meet.

A table only; `cluster` reads it. Meanings are parted by bars, each by its name first; a word stands in one of them.
"""

from __future__ import annotations

_ROWS = """
google 谷歌 | microsoft 微软 微軟 | nvidia 英伟达 輝達 黄仁勋 黃仁勳 | apple 苹果 蘋果 库克 | aws amazon 亚马逊 亞馬遜
| tesla 特斯拉 | musk 马斯克 馬斯克 | altman 奥尔特曼 阿尔特曼 奥特曼 | amodei 阿莫迪 | pichai 皮查伊 | zuckerberg
扎克伯格 | meta facebook 脸书 臉書 | samsung 三星 | tsmc 台积电 台積電 | qualcomm 高通 | intel 英特尔 英特爾 | amd
超威 | oracle 甲骨文 | softbank 软银 軟銀 | bloomberg 彭博 | bytedance doubao 字节跳动 字节 豆包 | alibaba 阿里巴巴
阿里云 阿里 | qwen 通义千问 千问 通义 | moonshot kimi 月之暗面 | zhipu glm 智谱 | deepseek 深度求索 | tencent hunyuan
腾讯 混元 | baidu ernie 百度 文心 | huawei 华为 昇腾 | xiaomi mimo 小米 | meituan 美团 | jd 京东 | kuaishou kling 快手
可灵 | stepfun 阶跃 | sensetime 商汤 | minicpm 面壁 | claude 克劳德 | linkedin 领英 | youtube 油管 | android 安卓 |
wechat 微信 | tiktok 抖音 | feishu lark 飞书 | dingtalk 钉钉 | whitehouse 白宫 | pentagon dod 五角大楼 国防部 | eu
欧盟 歐盟 | trump 特朗普 川普 | pope vatican 教皇 教宗 梵蒂冈 | china chinese 中国 中國 | us american 美国 美國 |
japan 日本 | korea 韩国 韓國 | india 印度 | uk britain 英国 | france 法国 | california 加州 | congress 国会 | release
releases released releasing launch launches launched launching introduce introduces introducing unveil unveils
unveiled announce announces announced debut debuts available ship ships shipped rolls rolling 发布 推出 上线 亮相 發布
发表 公布 宣布 揭晓 公开 開放 开放 | acquire acquires acquired acquisition buy buys 收购 收購 并购 买下 | raise raises
raised funding 融资 融資 | valuation valued 估值 | ipo 上市 | opensource open-source open-sources open-sourced 开源
開源 | lawsuit sue sues sued trial court 起诉 诉讼 控告 官司 庭审 法庭 法院 | layoff layoffs cuts 裁员 裁員 |
partnership partner partners deal agreement 合作 协议 | investment invest invests 投资 投資 | ban bans banned 禁止
封禁 | vulnerability vulnerabilities flaw flaws bug bugs zero-day 漏洞 | attack attacks hack hacked hacker hackers
黑客 攻击 攻擊 | leak leaks leaked 泄露 洩漏 | join joins joined 加入 | leave leaves leaving departs quits resign 离职
离开 辞职 | pause pauses paused pausing 暂停 | outage outages incident 宕机 故障 中断 | deprecate deprecates
deprecated 弃用 | model models 模型 | agent agents agentic 智能体 智能體 代理 | chip chips 芯片 晶片 | datacenter data
center centers 数据中心 資料中心 | robot robots robotics 机器人 機器人 | ai 人工智能 人工智慧 | llm llms 大模型 |
inference reasoning 推理 | coding code programming 编程 编码 代码 程式 | voice speech 语音 | video 视频 影片 | image
images 图像 圖像 | search 搜索 搜尋 | browser chrome 浏览器 瀏覽器 | phone smartphone 手机 手機 | glasses 眼镜 眼鏡 |
ads ad advertising 广告 廣告 | compute 算力 | developer developers 开发者 開發者 | enterprise enterprises 企业 企業 |
security safety 安全 | cybersecurity cyber 网络安全 資安 | health 健康 | medical healthcare 医疗 醫療 | education 教育
| music 音乐 音樂 | game games 游戏 遊戲 | space orbital orbit 太空 轨道 | autonomous self-driving robotaxi 自动驾驶
自駕 | math mathematics 数学 數學 | student students 学生 學生 | memory 记忆 | plugin plugins 插件 | desktop 桌面 |
free 免费 | subscription 订阅 | users user 用户 使用者 | employees employee staff 员工 員工 | government 政府 |
military 军事 军方 軍方 | regulation regulators 监管 | copyright 版权 版權 | benchmark benchmarks 基准 | training
train trained 训练 訓練 | fine-tuning fine-tune finetuning 微调 | paper 论文 | personal 个人 | assistant 助手 助理 |
team teams 团队 | limits limit 限制 限额 额度 | price pricing prices 价格 定价 | distillation distill 蒸馏 | super
超级 | realtime real-time 实时 即時 | translation translate 翻译 翻譯 | foundation 基金会 | bank banks 银行 |
financial finance 金融 | quantization quantized 量化 | latency 延迟 时延 | throughput 吞吐 | cache 缓存
"""

MEANING: dict[str, str] = {word: words[0] for row in _ROWS.split("|") if (words := row.split()) for word in words}
"""By word the name of its meaning, which is a word of it itself."""
