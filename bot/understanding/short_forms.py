"""What people shorten, and what Đà Nẵng and Quảng Nam say differently. docs: public-services 4.3.

Keys are as typed, in small letters (so "mô" is read, but "mo" is left to ``readings``, which looks at the
neighbours); values are folded words.
"""

from __future__ import annotations

_TABLE = """
hs hso hsơ hồsơ hoso = ho so | kq kqua kquả = ket qua | gt gto gtờ giayto = giay to | tthc = thu tuc hanh chinh
cccd cmnd cmt cc cancuoc = can cuoc | sdt sđt = so dien thoai | đt dt dthoai đthoai fone phone = dien thoai
gpxd = giay phep xay dung | gplx = giay phep lai xe | gks = giay khai sinh | gkh = giay ket hon
ks = khai sinh | hkd = ho kinh doanh | dkkd đkkd = dang ky kinh doanh | bhyt = bao hiem y te | bhxh = bao hiem xa hoi
bhtn = bao hiem that nghiep | lltp llpt = ly lich tu phap | hktt = ho khau thuong tru
qsdđ qsdd = quyen su dung dat | gcn = giay chung nhan | tthn = tinh trang hon nhan | mst = ma so thue
xn = xac nhan | xd = xay dung | bs bsung = bo sung | ttin = thong tin | tb tbao thbao noti = thong bao
tk = tai khoan | stk = so tai khoan | ktra = kiem tra | ttrang = tinh trang | ubnd ub = uy ban
hcc ttpvhcc pvhcc tthcc = trung tam hanh chinh cong | dvc = dich vu cong | bđ = buu dien | vnpost = buu dien
bp1c = bo phan mot cua | 1cua = mot cua | nv nvien = nhan vien | cb cbộ = can bo | ccvc = cong chuc
vpđk vpđkđđ = van phong dang ky dat dai | hdsd = huong dan su dung | hdan hd = huong dan | vp = van phong
ko k hok hông hem khum kg khg kog k0 kô khog = khong | kbiet kbít = khong biet
kdc kđc = khong duoc | kco = khong co | kp = khong phai | j jì ji gj = gi | r rùi ròi = roi
z v zậy zay zị dz dzậy vậyy dị dzị = vay | vs = voi | tks thanks thank thks thx camon = cam on
cmon cảmơn = cam on | admin adm = ad | pls plz = lam on
bnhiu bnhieu bnhiêu nhiêu bnh bnhìu = bao nhieu | ntn ntnao ntnào = nhu the nao | tnao = the nao
bjo bgio bgiờ = bao gio | đk đki dk dki dky đky dkí đkí = dang ky | ng = nguoi | trc = truoc
lm = lam | ms = moi | nx = nua | ck ckhoan = chuyen khoan | mk mik = minh | mn mng = moi nguoi
bit bik = biet | cx = cung | mún = muon | nhìu = nhieu | wa wá = qua | hum = hom | zl = zalo | fb = facebook
gđ = gia dinh | tg tgian = thoi gian | ak ah = a | đag = dang | dum dùm giùm giúm gium dzùm = giup
rep = tra loi | sms tn msg mess = tin nhan | e = em | cj = chi | m = minh | b = ban | qđ = quyet dinh | sd = su dung
lun = luon | hnay = hom nay | hqua = hom qua | ttoan ttoán = thanh toan | lphí lphi = le phi | đn = da nang
thg = thang | fai = phai | fí fi = phi | iu = yeu | hc = hanh chinh | knai = khieu nai | onl = online
dsach = danh sach | đkkh dkkh = dang ky ket hon | đkks dkks = dang ky khai sinh
lhe lhệ = lien he
okie oki okela okla okay oke okê okey uki ukm = ok | gquyết gquyet = giai quyet | tl = tra loi | cty = cong ty
hello hellu helo hế = chao | alô aloo = alo | bái bbye = bye | ship shíp shipp = ship | dn = doanh nghiep
tui t = toi | lh = lien he | ds = danh sach | kt = kiem tra | lk = lien ket | nt = nhan tin | sr = xin loi
kc = khong co gi | bb pp = bye | uhm uh okk = ok | hdnd = hoi dong nhan dan
mần = lam | nớ = do | ni = nay | rứa rưa = vay | mô = dau | răng = sao | chừ = bay gio
hỉ hí hè hầy hỵ hen nhen nghen = a | bữa = hom | ngừng = ngung | chớ = chu | coi = xem | lẹ = nhanh | gởi = gui
nhứt = nhat | thiệt = that | kiếm = tim | vầy = vay | đặng = de | hổm = hom | giừ = bay gio | mi = may
sáp = sap | đươc = duoc | đựơc = duoc | 1c = mot cua | mcua = mot cua | tp = thanh pho | p = phuong | q = quan
gpkd = giay phep kinh doanh | attp vsattp = an toan thuc pham | pccc = phong chay chua chay | ldtbxh = lao dong
tncn = thu nhap ca nhan | ib inbox = nhan tin | del đel = khong
"""


def _read_table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for entry in _TABLE.replace("\n", "|").split("|"):
        shorts, _, words = entry.partition("=")
        for short in shorts.split():
            table[short] = tuple(words.split())
    return table


EXPANSIONS: dict[str, tuple[str, ...]] = _read_table()
"""Short or local word as typed → folded words."""
