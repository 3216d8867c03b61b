"""The invented city's departments (部门) and the matters each of them handles; forty of them, some three hundred items."""

from dataclasses import dataclass

_LIST = """
D01 政务服务中心 general 综合证明开具 惠企政策兑现申请 跨省通办代收代办 证照遗失补办登记 政务信息公开申请 便民服务卡申领 企业诉求登记
D02 公安局 general 居住证申领 居住登记 户口迁移审批 新生儿落户 身份信息变更 无犯罪记录证明 大型活动安全许可 旅馆业特种行业许可 印章刻制备案
D03 人力资源和社会保障局 livelihood 灵活就业参保登记 企业职工退休申请 失业保险金申领 工伤认定申请 社保关系转移 就业失业登记 职业技能补贴申领 劳务派遣许可 养老待遇资格认证
D04 医疗保障局 livelihood 异地就医备案 生育津贴申领 医保关系转移 门诊慢特病认定 医疗费用手工报销 医疗救助申请 居民医保参保登记 定点医药机构申请
D05 自然资源和规划局 realestate 不动产转移登记 不动产抵押登记 不动产首次登记 不动产注销登记 不动产变更登记 不动产更正登记 不动产预告登记 建设用地规划许可 建设工程规划许可 土地复垦方案审查
D06 市场监督管理局 business 企业设立登记 企业变更登记 企业注销登记 个体工商户登记 食品经营许可 食品生产许可 药品零售许可 特种设备使用登记 股权出质登记 计量标准核准
D07 税务局 realestate 契税申报 房产交易税费核定 增值税专用发票核定 税务注销 印花税核定 土地增值税清算 非居民合同备案
D08 民政局 livelihood 低保对象认定 老年人优待证办理 残疾人两项补贴申请 社会团体成立登记 民办非企业登记 养老机构备案 高龄津贴申领 殡葬服务补贴申请
D09 住房和城乡建设局 investment 建筑工程施工许可 竣工验收备案 商品房预售许可 建筑业企业资质核准 住房租赁备案 特殊工程消防验收 散装水泥备案 城镇燃气经营许可
D10 发展和改革委员会 investment 企业投资项目备案 企业投资项目核准 节能审查 招标方案核准 政府投资项目审批 价格认定申请
D11 卫生健康委员会 business 公共场所卫生许可 医师执业注册 护士执业注册 诊所备案 母婴保健技术许可 放射诊疗许可 消毒产品生产许可 生育登记
D12 教育局 livelihood 教师资格认定 民办学校设立审批 转学手续办理 学生资助申请 校车使用许可 培训机构备案
D13 交通运输局 business 道路运输经营许可 网约车驾驶员证 货运从业资格证 超限运输许可 出租汽车经营许可 船舶营业运输证 公路涉路施工许可
D14 水利局 investment 取水许可 水土保持方案审批 涉河建设方案审批 水利工程开工备案 河道采砂许可
D15 农业农村局 business 农药经营许可 种子生产经营许可 兽药经营许可 动物防疫条件审查 渔业捕捞许可 农机驾驶证核发 农民专业合作社备案
D16 文化和旅游局 business 营业性演出许可 娱乐场所经营许可 旅行社设立许可 导游证核发 互联网上网服务许可 文物保护工程许可
D17 生态环境局 investment 环境影响评价审批 排污许可证核发 危险废物经营许可 辐射安全许可 入河排污口审批
D18 应急管理局 business 危险化学品经营许可 烟花爆竹零售许可 安全生产许可 应急预案备案 特种作业操作证
D19 综合行政执法局 general 户外广告设置审批 临时占道便民备案 城市道路挖掘许可 建筑垃圾处置核准 树木迁移砍伐许可 门头招牌备案
D20 住房公积金管理中心 livelihood 住房公积金提取 住房公积金贷款申请 公积金单位开户 公积金缴存基数调整 公积金异地转移 公积金个人账户封存
D21 退役军人事务局 livelihood 退役军人优待证申领 优抚对象认定 自主就业补助申领 烈属慰问登记
D22 残疾人联合会 livelihood 残疾人证核发 辅助器具适配申请 残疾人就业补贴申请 残疾儿童康复救助
D23 司法局 general 法律援助申请 公证员执业核准 律师执业许可 人民调解员备案
D24 财政局 general 代理记账许可 会计人员信息登记 政府采购供应商登记 财政票据领用
D25 商务局 business 对外贸易经营备案 成品油零售许可 单用途预付卡备案 再生资源回收备案 拍卖企业核准
D26 科学技术局 business 高新技术企业申报 技术合同登记 科技型企业入库 外国人来华工作许可
D27 经济和信息化局 investment 技术改造项目备案 民用爆炸物品许可 电力设施作业许可 节能评估备案
D28 林业局 investment 林木采伐许可 使用林地审核 野生动物经营许可 森林植物检疫
D29 气象局 investment 防雷装置设计审核 升放气球活动审批 气象台站迁建审查
D30 地方金融管理局 business 小额贷款公司备案 典当行设立备案 融资担保备案
D31 体育局 livelihood 高危体育项目许可 体育类培训备案 社会体育指导员认定
D32 宗教事务局 general 宗教活动场所登记 宗教教职人员备案 大型宗教活动审批
D33 档案馆 general 婚姻档案查阅 学籍档案查阅 工程档案报送
D34 烟草专卖局 business 烟草专卖零售许可 烟草零售许可变更 烟草零售许可延续 烟草零售许可停业
D35 供电公司 realestate 居民用电过户 居民用电新装 企业用电增容 电价类别变更
D36 自来水公司 realestate 居民用水过户 用水报装 用水性质变更
D37 燃气公司 realestate 燃气过户 燃气报装
D38 广播电视局 business 广播电视设施迁建 卫星接收设施许可
D39 新闻出版局 business 出版物零售许可 印刷经营许可 音像制品备案
D40 消防救援支队 investment 公众聚集场所消防检查 消防设施操作登记
"""


@dataclass(frozen=True)
class Department:
    """A department: its code, name, the service group its matters belong to, and those matters."""

    code: str
    name: str
    group: str
    matters: tuple[str, ...]


def _read() -> tuple[Department, ...]:
    rows = (line.split() for line in _LIST.strip().splitlines())
    return tuple(Department(code, name, group, tuple(matters)) for code, name, group, *matters in rows)


DEPARTMENTS = _read()
