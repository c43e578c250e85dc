"""Passwords that everybody tries first. Digits and signs around a word do not make it another one."""

_WORDS = """
password passwort passwd passcode passphrase letmein welcome admin administrator root login user guest
master qwerty qwertz azerty qwertyuiop asdfghjkl asdfasdf asdfgh zxcvbnm zxcvbn qazwsx qazwsxedc qweasd
qweasdzxc qweqwe wasdwasd abc abcd abcde abcdef abcdefg abcdefgh abcabc aaa trustno secret topsecret
changeme changeit default test testing tester testtest temp temporary demo sample example hello helloworld
iloveyou iloveu loveyou lovely love lover loveme sunshine princess prince dragon monkey donkey football
soccer baseball basketball hockey tennis golf golfer superman batman spiderman ironman starwars startrek
pokemon pikachu naruto minecraft fortnite matrix shadow killer hunter ranger michael jennifer jessica ashley
nicole daniel andrew joshua matthew thomas robert michelle charlie george jordan harley hannah amanda
samantha maggie ginger pepper buster tigger summer winter spring autumn flower flowers butterfly angel
angels jesus christ heaven freedom liberty victory success whatever nothing anything something computer
internet samsung google facebook twitter linkedin instagram youtube microsoft windows apple android iphone
nokia oracle cisco server access system security private public database mustang corvette ferrari porsche
mercedes maverick yamaha suzuki honda toyota harleydavidson thunder lightning phoenix eagle eagles falcon
cowboys steelers yankees lakers packers redsox arsenal chelsea liverpool barcelona realmadrid juventus
manchester london berlin paris america canada australia england germany france january february march april
june july august september october november december monday tuesday wednesday thursday friday saturday
sunday cheese cookie chocolate banana orange cherry coffee peanut pumpkin diamond silver golden purple
yellow black white green blue red blink bigdog bigdaddy sexy sexygirl fuckyou fuckoff asshole bitch hottie
babygirl babyboy baby sweety sweetie sweetheart honey darling beautiful gorgeous family friends forever
together marina patrick william alexander alexandra christian elizabeth victoria jonathan nicholas benjamin
brandon austin anthony justin steven edward richard charles joseph francis dallas phantom player gamer
gaming wizard merlin gandalf frodo hobbit legolas rainbow unicorn panther tiger lion cougar jaguar dolphin
dolphins snoopy scooby mickey minnie donald garfield simpsons bubbles cookies princess1 qwer qwert zaq xsw
trinity blessed faith grace trouble rockstar metallica nirvana slipknot eminem tupac money dollar business
marketing office company manager director service support student teacher school college university doctor
nurse police soldier marine army navy airforce captain general pirate ninja samurai warrior knight spartan
legend hacker zaq12wsx q1w2e3r4 bulldogs redwings broncos redskins giants rangers braves tigers panthers
raiders midnight marlboro hardcore scorpion swimming charlotte creative stephanie monster webmaster fireman
mountain sunflower strawberry blueberry cocacola pepsi jackson johnson anderson williams christina christine
caroline catherine katherine margaret rebecca veronica vanessa valentina gabriel gabriela sebastian leonardo
fernando ricardo roberto eduardo carolina daniela andrea isabella sophia olivia emma hunter2 blahblah
nopassword mypassword yourpassword newpassword oldpassword password1 passpass letmein2 opensesame sesame
qwerty1 superstar superuser sysadmin webadmin operator postgres mysql mongodb redis docker kubernetes
jenkins ubuntu debian centos raspberry elephant giraffe hamster kitten kitty puppy doggie bunny rabbit
turtle snowball snowflake christmas halloween easter birthday holiday vacation weekend sunrise sunset
moonlight starlight skywalker stargate enterprise terminator predator godzilla kingkong godfather scarface
rocky rambo jamesbond bond undertaker wrestling skateboard surfing snowboard mountain1 guitar guitars
drummer musician beatles rolling stones madonna britney shakira beyonce rihanna chocolate1 icecream pizza
spaghetti hamburger cheeseburger bacon budweiser heineken tequila whiskey vodka marijuana cannabis playboy
penthouse pornstar blowjob bullshit dickhead motherfucker lollipop sugar candy cupcake muffin peaches apples
pineapple watermelon garden florida california texas newyork chicago boston denver houston dallas1 seattle
hawaii mexico brazil brasil argentina colombia spain espana italia italy portugal poland polska russia china
japan india indonesia bonjour amour soleil azerty1 doudou chouchou loulou hallo schatz liebe sommer fussball
ficken hallo123 computer1 schalke werder bayern dortmund jesus1 godisgood jesuschrist savior blessing
amazing awesome fantastic wonderful excellent perfect magic magical mystery fantasy dreamer dreams destiny
infinity universe galaxy saturn jupiter mercury neptune apollo athena zeus hercules achilles spartacus
caesar napoleon lincoln kennedy einstein newton tesla bitcoin ethereum crypto wallet banking finance
accounting marketing1 training
"""

COMMON = frozenset(_WORDS.split())

_ROWS = (
    "01234567890", "q1w2e3r4t5y6u7i8o9p0", "a1b2c3d4e5f6g7h8", "a1s2d3f4g5h6j7k8l9",
    "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm",
    "azertyuiop", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik", "qazwsxedcrfvtgbyhnujmik",
    "!@#$%^&*()", "!qaz@wsx#edc$rfv",
)  # fmt: skip
WALKS = tuple(run * 3 for row in _ROWS for run in (row, row[::-1]))
"""Along these anybody's fingers walk, forwards and backwards, round and round."""

LOOK_ALIKES = str.maketrans("@4301!$57|", "aaeoiisstl")
